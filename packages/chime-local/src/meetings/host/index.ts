/** The public interface of the meetings in progress: what attendance decides is carried out here. */
export {
  MeetingHost,
  type MeetingHostParts,
  type MeetingWatch,
  type MuteFailure,
  type Seat,
} from './meeting-host.ts';
