import type { Clock, Log } from '#platform';
import type { PlacedLeg, PlacedTarget, SipEdge } from '#sip-edge';

/** A way to whom is called, and what the INVITE says on that way. */
export interface TriedRoute {
  target: PlacedTarget;
  sipHeaders?: Record<string, string>;
}

/** Milliseconds in which a route must say anything at all, if there is another one: three repetitions of the INVITE. Ours. */
const ROUTE_SILENCE_MS = 4_000;
/** Nothing answers; and the first of the failures of servers. RFC 3261 sections 21.4.9 and 21.5. */
const TIMED_OUT = 408;
const SERVER_FAILURE = 500;
const GLOBAL_FAILURE = 600;

interface Attempt {
  leg: Omit<PlacedLeg, 'target'>;
  trying: TriedRoute;
  further: TriedRoute[];
  /** We gave the route up, as it said nothing. */
  silent: boolean;
  cancel: () => void;
}

export interface RouteFailoverParts {
  sip: Pick<SipEdge, 'place' | 'hangUp'>;
  clock: Clock;
  log: Log;
}

/**
 * Calls that have several ways to whom is called, as through a Voice Connector: the next one is tried when one cannot be reached,
 * says nothing, or answers that it cannot (5xx). Who is busy or declines is so by any way.
 */
export class RouteFailover {
  readonly #parts: RouteFailoverParts;
  readonly #attempts = new Map<string, Attempt>();

  constructor(parts: RouteFailoverParts) {
    this.#parts = parts;
  }

  place(leg: Omit<PlacedLeg, 'target'>, [first, ...further]: readonly TriedRoute[]): void {
    if (first) this.#try(leg, first, further);
  }

  /** The far end has the call. */
  trying(legId: string): void {
    this.#attempts.get(legId)?.cancel();
  }

  /** It rings there, or was answered: this is the way. */
  reached(legId: string): void {
    this.#attempts.get(legId)?.cancel();
    this.#attempts.delete(legId);
  }

  /** Nobody wants the call any more. */
  hangUp(legId: string): void {
    this.reached(legId);
  }

  /** Whether the leg, which has ended, goes on by another way; then nobody need hear of its end. */
  goesOn(legId: string, sipResponseCode: number): boolean {
    const attempt = this.#attempts.get(legId);
    if (!attempt) return false;
    this.reached(legId);
    const { leg, trying, further, silent } = attempt;
    const [next, ...rest] = further;
    const failed = silent ? TIMED_OUT : sipResponseCode;
    if (!next || !(failed === TIMED_OUT || (failed >= SERVER_FAILURE && failed < GLOBAL_FAILURE))) {
      return false;
    }
    this.#parts.log.warn(
      `The route ${trying.target.uri} does not take the call (${failed}): ${next.target.uri} is tried.`,
    );
    this.#try(leg, next, rest);
    return true;
  }

  #try(leg: Omit<PlacedLeg, 'target'>, trying: TriedRoute, further: TriedRoute[]): void {
    const { sip, clock } = this.#parts;
    const attempt: Attempt = { leg, trying, further, silent: false, cancel: () => {} };
    if (further.length > 0) {
      this.#attempts.set(leg.legId, attempt);
      attempt.cancel = clock.after(ROUTE_SILENCE_MS, () => {
        attempt.silent = true;
        sip.hangUp(leg.legId, 0);
      });
    }
    const { target, sipHeaders } = trying;
    sip.place({ ...leg, target, ...(sipHeaders ? { sipHeaders } : {}) });
  }
}
