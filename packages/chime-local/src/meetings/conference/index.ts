/** The public interface of the conference: meetings, and what each attendee hears. */
export { Attendee } from './attendee.ts';
export {
  type Band,
  type BandConverter,
  FORMS,
  FRAME_MS,
  type FrameForm,
  frameSamples,
  SHORT_FRAME_MS,
} from './band.ts';
export { Meeting } from './meeting.ts';
export { type FrameEncoder, Mix } from './mix.ts';
