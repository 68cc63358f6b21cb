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

/** The meeting legs that are connected: at most one for a call. */
export class MeetingLegs {
  readonly #byCallId = new Map<string, MeetingLeg>();
  readonly #byTransaction = new Map<string, MeetingLeg>();
  readonly #byJoinedFrom = new Map<string, MeetingLeg>();

  add(leg: MeetingLeg): void {
    this.#byCallId.set(leg.callId, leg);
    this.#byTransaction.set(leg.transactionId, leg);
    this.#byJoinedFrom.set(leg.joinedFrom, leg);
  }

  delete(leg: MeetingLeg): void {
    this.#byCallId.delete(leg.callId);
    this.#byTransaction.delete(leg.transactionId);
    this.#byJoinedFrom.delete(leg.joinedFrom);
  }

  byCallId(callId: string): MeetingLeg | undefined {
    return this.#byCallId.get(callId);
  }

  byTransaction(transactionId: string): MeetingLeg | undefined {
    return this.#byTransaction.get(transactionId);
  }

  byJoinedFrom(callId: string): MeetingLeg | undefined {
    return this.#byJoinedFrom.get(callId);
  }
}
