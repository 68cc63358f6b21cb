/** A leg's connection to a meeting: the call's LEG-B. */
export interface MeetingLeg {
  transactionId: string;
  /** LEG-A's. */
  joinedFrom: string;
  /** LEG-B's. */
  legId: string;
  meetingId: string;
  attendeeId: string;
}

/** The meeting legs that are connected: at most one for a call. */
export class MeetingLegs {
  readonly #byLegId = new Map<string, MeetingLeg>();
  readonly #byTransaction = new Map<string, MeetingLeg>();
  readonly #byJoinedFrom = new Map<string, MeetingLeg>();

  add(leg: MeetingLeg): void {
    this.#byLegId.set(leg.legId, leg);
    this.#byTransaction.set(leg.transactionId, leg);
    this.#byJoinedFrom.set(leg.joinedFrom, leg);
  }

  delete(leg: MeetingLeg): void {
    this.#byLegId.delete(leg.legId);
    this.#byTransaction.delete(leg.transactionId);
    this.#byJoinedFrom.delete(leg.joinedFrom);
  }

  byLegId(legId: string): MeetingLeg | undefined {
    return this.#byLegId.get(legId);
  }

  byTransaction(transactionId: string): MeetingLeg | undefined {
    return this.#byTransaction.get(transactionId);
  }

  byJoinedFrom(legId: string): MeetingLeg | undefined {
    return this.#byJoinedFrom.get(legId);
  }
}
