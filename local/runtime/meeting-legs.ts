/** A leg's connection to a meeting: the call's LEG-B. */
export interface MeetingLeg {
  transactionId: string;
  /** LEG-A's. */
  joinedFrom: string;
  /** LEG-B's. */
  callId: string;
  meetingId: string;
  attendeeId: string;
}

const attendeeKey = (meetingId: string, attendeeId: string): string => `${meetingId} ${attendeeId}`;

/** The meeting legs that are connected: at most one for a call, and one for an attendee. */
export class MeetingLegs {
  readonly #byCallId = new Map<string, MeetingLeg>();
  readonly #byTransaction = new Map<string, MeetingLeg>();
  readonly #byAttendee = new Map<string, MeetingLeg>();

  add(leg: MeetingLeg): void {
    this.#byCallId.set(leg.callId, leg);
    this.#byTransaction.set(leg.transactionId, leg);
    this.#byAttendee.set(attendeeKey(leg.meetingId, leg.attendeeId), leg);
  }

  delete(leg: MeetingLeg): void {
    this.#byCallId.delete(leg.callId);
    this.#byTransaction.delete(leg.transactionId);
    this.#byAttendee.delete(attendeeKey(leg.meetingId, leg.attendeeId));
  }

  byCallId(callId: string): MeetingLeg | undefined {
    return this.#byCallId.get(callId);
  }

  byTransaction(transactionId: string): MeetingLeg | undefined {
    return this.#byTransaction.get(transactionId);
  }

  byAttendee(meetingId: string, attendeeId: string): MeetingLeg | undefined {
    return this.#byAttendee.get(attendeeKey(meetingId, attendeeId));
  }
}
