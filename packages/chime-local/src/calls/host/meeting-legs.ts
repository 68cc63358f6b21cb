/** A leg's connection to a meeting: the call's LEG-B. */
export interface MeetingLeg {
  transactionId: string;
  /** The CallId of LEG-A. */
  joinedFrom: string;
  /** The CallId of LEG-B. */
  legId: string;
  meetingId: string;
  attendeeId: string;
}

/** The connected meeting legs, at most one for each call. */
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
