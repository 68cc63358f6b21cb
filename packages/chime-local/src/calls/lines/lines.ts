import { MEETING_NUMBER } from 'pstn-audio';
import type { PlacedLeg, SipEdge } from '#sip-edge';
import type { CalledParties } from './called-parties.ts';
import type { Answerer, InternalLegs } from './internal-legs.ts';
import type { RouteFailover, TriedRoute } from './route-failover.ts';

/** An outgoing call, and the leg on whose behalf it is placed, if there is one. */
export interface PlacedCall extends Omit<PlacedLeg, 'target'> {
  parent?: string;
  /** The routes in the order in which they are tried. If absent, the number decides. */
  routes?: readonly TriedRoute[];
}

export interface LinesParts {
  sip: Pick<SipEdge, 'place' | 'ring' | 'openEarlyMedia' | 'answer' | 'hangUp'>;
  internal: InternalLegs;
  parties: CalledParties;
  failover: Pick<RouteFailover, 'place' | 'hangUp'>;
  /** The answerers of calls that stay on this machine and use no SIP. */
  answerers: { application: Answerer; testParty: Answerer; meeting: Answerer };
}

/** All legs of calls, whether they use SIP or stay within this machine. */
export class Lines {
  readonly #parts: LinesParts;

  constructor(parts: LinesParts) {
    this.#parts = parts;
  }

  place({ parent, routes, ...leg }: PlacedCall): void {
    const { sip, internal, parties, answerers, failover } = this.#parts;
    if (routes) {
      failover.place(leg, routes);
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

  openEarlyMedia(legId: string): void {
    this.#of(legId).openEarlyMedia(legId);
  }

  answer(legId: string): void {
    this.#of(legId).answer(legId);
  }

  hangUp(legId: string, sipResponseCode: number): void {
    this.#parts.failover.hangUp(legId);
    this.#of(legId).hangUp(legId, sipResponseCode);
  }

  #of(legId: string): Pick<SipEdge, 'ring' | 'openEarlyMedia' | 'answer' | 'hangUp'> {
    const { sip, internal } = this.#parts;
    return internal.has(legId) ? internal : sip;
  }
}
