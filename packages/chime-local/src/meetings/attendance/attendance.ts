import { MeetingAttendance } from './meeting-attendance.ts';
import type { Arrival, AttendanceOutput, MediaCapability, RosterEntry } from './presence.ts';

/**
 * Who is in which meeting now, as a value: what happened goes in, what should be done about it comes out. Attendees are
 * what the API made; a presence is one of them being there, through a telephone leg or a meeting client.
 */
export class Attendance {
  readonly #meetings = new Map<string, MeetingAttendance>();
  readonly #meetingOf = new Map<string, MeetingAttendance>();

  /** Meetings in which somebody is. */
  get meetings(): number {
    return this.#meetings.size;
  }

  /** Whether anybody is there through this leg or client. */
  isPresent(legId: string): boolean {
    return this.#meetingOf.has(legId);
  }

  /** Somebody is there from now on. Whoever was there as the same attendee, or through the same leg, is replaced. */
  arrive(arrival: Arrival): AttendanceOutput[] {
    const outputs = this.#meetingOf.get(arrival.legId)?.removeReplaced(arrival.legId) ?? [];
    this.#forget(arrival.legId);
    let meeting = this.#meetings.get(arrival.meetingId);
    if (!meeting) {
      meeting = new MeetingAttendance(arrival.meetingId);
      this.#meetings.set(arrival.meetingId, meeting);
    }
    const { replaced, outputs: arrived } = meeting.add(arrival);
    if (replaced !== undefined) this.#meetingOf.delete(replaced);
    this.#meetingOf.set(arrival.legId, meeting);
    return [...outputs, ...arrived];
  }

  /** Somebody left, or was lost (`dropped`). Of the absent nothing comes. */
  depart(legId: string, dropped: boolean): AttendanceOutput[] {
    const outputs = this.#meetingOf.get(legId)?.remove(legId, dropped) ?? [];
    this.#forget(legId);
    return outputs;
  }

  /** A meeting client muted or unmuted itself. */
  muteSelf(legId: string, muted: boolean): AttendanceOutput[] {
    return this.#meetingOf.get(legId)?.muteSelf(legId, muted) ?? [];
  }

  /** ModifyChimeMeetingAttendees. Those who are not there are passed over. */
  muteByService(meetingId: string, attendeeIds: readonly string[], muted: boolean): AttendanceOutput[] {
    return this.#meetings.get(meetingId)?.muteByService(attendeeIds, muted) ?? [];
  }

  /** UpdateAttendeeCapabilities. */
  setCapability(meetingId: string, attendeeId: string, audio: MediaCapability): AttendanceOutput[] {
    return this.#meetings.get(meetingId)?.setCapability(attendeeId, audio) ?? [];
  }

  /** Who is there as this attendee. */
  presenceOf(meetingId: string, attendeeId: string): string | undefined {
    return this.#meetings.get(meetingId)?.presenceOf(attendeeId);
  }

  /** Everybody in the meeting, as clients are told. */
  roster(meetingId: string): RosterEntry[] {
    return this.#meetings.get(meetingId)?.roster() ?? [];
  }

  /** The clients of a meeting, who want to be told of levels. */
  clients(meetingId: string): string[] {
    return this.#meetings.get(meetingId)?.clients() ?? [];
  }

  /** The stream of an attendee who is there. */
  streamOf(meetingId: string, attendeeId: string): number | undefined {
    return this.#meetings.get(meetingId)?.streamOf(attendeeId);
  }

  #forget(legId: string): void {
    const meeting = this.#meetingOf.get(legId);
    this.#meetingOf.delete(legId);
    if (meeting?.size === 0) this.#meetings.delete(meeting.meetingId);
  }
}
