import { MeetingAttendance } from './meeting-attendance.ts';
import type { Arrival, AttendanceOutput, AudioCapability, RosterEntry } from './presence.ts';

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
  isPresent(presenceId: string): boolean {
    return this.#meetingOf.has(presenceId);
  }

  /** Somebody is there from now on. Whoever was there as the same attendee, or through the same leg, is replaced. */
  arrive(arrival: Arrival): AttendanceOutput[] {
    const outputs = this.#meetingOf.get(arrival.presenceId)?.removeReplaced(arrival.presenceId) ?? [];
    this.#forget(arrival.presenceId);
    let meeting = this.#meetings.get(arrival.meetingId);
    if (!meeting) {
      meeting = new MeetingAttendance(arrival.meetingId);
      this.#meetings.set(arrival.meetingId, meeting);
    }
    const { replaced, outputs: arrived } = meeting.add(arrival);
    if (replaced !== undefined) this.#meetingOf.delete(replaced);
    this.#meetingOf.set(arrival.presenceId, meeting);
    return [...outputs, ...arrived];
  }

  /** Somebody left, or was lost (`dropped`). Of the absent nothing comes. */
  depart(presenceId: string, dropped: boolean): AttendanceOutput[] {
    const outputs = this.#meetingOf.get(presenceId)?.remove(presenceId, dropped) ?? [];
    this.#forget(presenceId);
    return outputs;
  }

  /** A meeting client muted or unmuted itself. */
  muteSelf(presenceId: string, muted: boolean): AttendanceOutput[] {
    return this.#meetingOf.get(presenceId)?.muteSelf(presenceId, muted) ?? [];
  }

  /** ModifyChimeMeetingAttendees. Those who are not there are passed over. */
  muteByService(meetingId: string, attendeeIds: readonly string[], muted: boolean): AttendanceOutput[] {
    return this.#meetings.get(meetingId)?.muteByService(attendeeIds, muted) ?? [];
  }

  /** UpdateAttendeeCapabilities. */
  setCapability(meetingId: string, attendeeId: string, audio: AudioCapability): AttendanceOutput[] {
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

  #forget(presenceId: string): void {
    const meeting = this.#meetingOf.get(presenceId);
    this.#meetingOf.delete(presenceId);
    if (meeting?.size === 0) this.#meetings.delete(meeting.meetingId);
  }
}
