import type { CallRecords } from '#call-record';
import type { MeetingWatch, Seat } from '#meeting-host';

/**
 * Records what happens to telephones in meetings, whether their own functions, other calls or operators
 * caused it.
 */
export function recordMeetings(records: Pick<CallRecords, 'addToLeg'>): MeetingWatch {
  /** The leg in each seat. */
  const legs = new Map<string, string>();
  const keyOf = ({ meetingId, attendeeId }: Seat): string => `${meetingId} ${attendeeId}`;
  const tell = (
    legId: string,
    { meetingId, attendeeId }: Seat,
    change: 'joined' | 'left' | 'muted' | 'unmuted',
  ): void => records.addToLeg(legId, { kind: 'Meeting', meetingId, attendeeId, change });
  return {
    seated(legId, seat) {
      legs.set(keyOf(seat), legId);
      tell(legId, seat, 'joined');
    },
    unseated(legId, seat) {
      if (legs.get(keyOf(seat)) === legId) legs.delete(keyOf(seat));
      tell(legId, seat, 'left');
    },
    muted(seat, muted) {
      const legId = legs.get(keyOf(seat));
      if (legId !== undefined) tell(legId, seat, muted ? 'muted' : 'unmuted');
    },
  };
}
