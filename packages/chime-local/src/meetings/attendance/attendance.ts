import { MeetingAttendance } from './meeting-attendance.ts';
import type { Arrival, AttendanceOutput, MediaCapability, RosterEntry } from './presence.ts';

/**
 * Who is in which meeting now, as a value: events go in, and what should be done about them comes out.
 * Attendees are created through the API; a presence is an attendee who is in the meeting, through a telephone
 * leg or a meeting client.
 */
export class Attendance {
  readonly #meetings = new Map<string, MeetingAttendance>();
  readonly #meetingOf = new Map<string, MeetingAttendance>();

  /** The number of meetings in which somebody is present. */
  get meetings(): number {
    return this.#meetings.size;
  }

  /** Whether anybody is present through this leg or client. */
  isPresent(legId: string): boolean {
    return this.#meetingOf.has(legId);
  }

  /**
   * Somebody is present from now on. Whoever was present as the same attendee, or through the same leg, is
   * replaced.
   */
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

  /** Somebody left, or was lost (`dropped`). Unknown legs are ignored. */
  depart(legId: string, dropped: boolean): AttendanceOutput[] {
    const outputs = this.#meetingOf.get(legId)?.remove(legId, dropped) ?? [];
    this.#forget(legId);
    return outputs;
  }

  /** A meeting client muted or unmuted itself. */
  muteSelf(legId: string, muted: boolean): AttendanceOutput[] {
    return this.#meetingOf.get(legId)?.muteSelf(legId, muted) ?? [];
  }

  /** ModifyChimeMeetingAttendees. Attendees who are not present are ignored. */
  muteByService(meetingId: string, attendeeIds: readonly string[], muted: boolean): AttendanceOutput[] {
    return this.#meetings.get(meetingId)?.muteByService(attendeeIds, muted) ?? [];
  }

  /** UpdateAttendeeCapabilities. */
  setCapability(meetingId: string, attendeeId: string, audio: MediaCapability): AttendanceOutput[] {
    return this.#meetings.get(meetingId)?.setCapability(attendeeId, audio) ?? [];
  }

  /** The leg or client through which the attendee is present. */
  presenceOf(meetingId: string, attendeeId: string): string | undefined {
    return this.#meetings.get(meetingId)?.presenceOf(attendeeId);
  }

  /** Everybody in the meeting, as sent to clients. */
  roster(meetingId: string): RosterEntry[] {
    return this.#meetings.get(meetingId)?.roster() ?? [];
  }

  /** The clients of a meeting, which are sent its levels. */
  clients(meetingId: string): string[] {
    return this.#meetings.get(meetingId)?.clients() ?? [];
  }

  /** The stream id of an attendee who is present. */
  streamOf(meetingId: string, attendeeId: string): number | undefined {
    return this.#meetings.get(meetingId)?.streamOf(attendeeId);
  }

  #forget(legId: string): void {
    const meeting = this.#meetingOf.get(legId);
    this.#meetingOf.delete(legId);
    if (meeting?.size === 0) this.#meetings.delete(meeting.meetingId);
  }
}
