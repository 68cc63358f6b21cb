import { MEETING_NUMBER } from 'pstn-audio';
import type { PlacedLeg, SipEdge } from '#sip-edge';
import type { CalledParties } from './called-parties.ts';
import type { Answerer, InternalLegs } from './internal-legs.ts';

/** A call of ours, and the leg on whose behalf it is made, if there is one. */
export interface PlacedCall extends PlacedLeg {
  parent?: string;
}

export interface LinesParts {
  sip: Pick<SipEdge, 'place' | 'ring' | 'answer' | 'hangUp'>;
  internal: InternalLegs;
  parties: CalledParties;
  /** Who answers where no SIP is spoken. */
  answerers: { application: Answerer; testParty: Answerer; meeting: Answerer };
}

/** Every leg of a call, however it travels: by SIP, or within this machine. */
export class Lines {
  readonly #parts: LinesParts;

  constructor(parts: LinesParts) {
    this.#parts = parts;
  }

  place({ parent, ...leg }: PlacedCall): void {
    const { sip, internal, parties, answerers } = this.#parts;
    if (leg.target) {
      sip.place(leg);
      return;
    }
    if (leg.to === MEETING_NUMBER) {
      internal.place(leg, answerers.meeting, parent);
      return;
    }
    const party = parties.find(leg.to);
    if (party.by === 'address') sip.place({ ...leg, target: party.target });
    else if (party.by === 'registration') sip.place(leg);
    else {
      const answerer = party.by === 'application' ? answerers.application : answerers.testParty;
      internal.place(leg, answerer, parent);
    }
  }

  ring(legId: string): void {
    this.#of(legId).ring(legId);
  }

  answer(legId: string): void {
    this.#of(legId).answer(legId);
  }

  hangUp(legId: string, sipResponseCode: number): void {
    this.#of(legId).hangUp(legId, sipResponseCode);
  }

  #of(legId: string): Pick<SipEdge, 'ring' | 'answer' | 'hangUp'> {
    const { sip, internal } = this.#parts;
    return internal.has(legId) ? internal : sip;
  }
}
