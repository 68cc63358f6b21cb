import { numbers } from '../event.ts';
import type { StepInput } from './step.ts';

/**
 * Ends the caller's presence: removes the attendee (and with it the meeting leg), the row and the line. Doing
 * it twice does no harm. False: the attendee may still be there.
 */
export async function leaveMeeting({ event, state, ports }: StepInput): Promise<boolean> {
  const { meetingId, attendeeId, holdsLine } = state;
  if (!meetingId || !attendeeId) return true;
  const { TransactionId } = event.CallDetails;
  const { theirs } = numbers(event);
  const warn = (what: string) => (error: unknown) => {
    ports.warn(what, error, TransactionId);
    return false;
  };
  const done = () => true;
  const [attendeeGone] = await Promise.all([
    ports.meetings.deleteAttendee(meetingId, attendeeId).then(done, warn('The attendee was not deleted')),
    ports.meetingInfo.remove(meetingId, TransactionId).then(done, warn('The row was not removed')),
    holdsLine && theirs
      ? ports.meetingInfo
          .releaseLine(meetingId, theirs, TransactionId)
          .then(done, warn('The line was not released'))
      : true,
  ]);
  return attendeeGone;
}
