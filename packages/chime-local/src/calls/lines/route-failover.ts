import type { Clock, Log } from '#platform';
import type { PlacedLeg, PlacedTarget, SipEdge } from '#sip-edge';

/** A route to the called party, and the headers of the INVITE on that route. */
export interface TriedRoute {
  target: PlacedTarget;
  sipHeaders?: Record<string, string>;
}

/**
 * Milliseconds within which a route must respond at all if another one is left: three retransmissions of the
 * INVITE. Ours.
 */
const ROUTE_SILENCE_MS = 4_000;
/**
 * Request Timeout, for no response at all, and the first of the server failures. RFC 3261 sections 21.4.9 and
 * 21.5.
 */
const TIMED_OUT = 408;
const SERVER_FAILURE = 500;
const GLOBAL_FAILURE = 600;

interface Attempt {
  leg: Omit<PlacedLeg, 'target'>;
  trying: TriedRoute;
  further: TriedRoute[];
  /** Set if the route was given up because it did not respond. */
  silent: boolean;
  cancel: () => void;
}

export interface RouteFailoverParts {
  sip: Pick<SipEdge, 'place' | 'hangUp'>;
  clock: Clock;
  log: Log;
}

/**
 * Calls with several routes to the called party, as through a Voice Connector. The next route is tried if one
 * cannot be reached, does not respond, or answers with a server failure (5xx). A party that is busy or
 * declines would do so on any route.
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

  /** The far end has received the call, so the time limit ends. */
  trying(legId: string): void {
    this.#attempts.get(legId)?.cancel();
  }

  /** The far end rings or has answered, so no other route will be tried. */
  reached(legId: string): void {
    this.#attempts.get(legId)?.cancel();
    this.#attempts.delete(legId);
  }

  /** The caller has hung up, so no other route will be tried. */
  hangUp(legId: string): void {
    this.reached(legId);
  }

  /** Whether the leg, which has ended, continues on another route. If so, its end is not reported. */
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
