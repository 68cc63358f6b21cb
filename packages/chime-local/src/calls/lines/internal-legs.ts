import type { MediaEdge, RemoteMedia } from '#media-edge';
import type { Ids, Log } from '#platform';
import type { PlacedLeg, SipEdgeEvents } from '#sip-edge';

/**
 * Maximum depth of calls made by calls: an application that calls its own number would otherwise never stop.
 * Like `Max-Forwards` (RFC 3261 section 8.1.1.6).
 */
export const MAX_HOPS = 10;
/** Status for a call that exceeds `MAX_HOPS`. RFC 3261 section 21.4.21. */
const TOO_MANY_HOPS = 483;
/** Maximum number of concurrent internal calls. Ours: each has two legs in the media thread. */
const MAX_CALLS = 500;
const UNAVAILABLE = 503;
/** Status codes for a refusal without a code and for a cancelled call. RFC 3261 sections 21.4.18 and 21.4.25. */
const DEFAULT_REFUSAL = 480;
const GIVEN_UP = 487;
/** Status code for a party that no longer answers. RFC 3261 section 12.2.1.2. */
const NOT_THERE = 408;

/** An internal call as its answerer sees it. */
export interface InternalCall {
  /** The answerer's leg. */
  legId: string;
  from: string;
  to: string;
  sipHeaders?: Record<string, string>;
}

/** The party that answers at the far end: one of our own applications, the test party or a meeting. */
export interface Answerer {
  /** A call has arrived; the answerer then calls `ring`, `answer` or `hangUp`. */
  arrived(call: InternalCall): void;
  /** The answerer's leg has ended, whichever end caused it. */
  ended(legId: string): void;
}

interface Pair {
  near: string;
  far: string;
  answerer: Answerer;
  hops: number;
  answered: boolean;
  /** Set once the answerer has been told of the call. */
  arrived: boolean;
  /** Set if one end has vanished. */
  cutOff?: true;
}

/** Both ends use G.711, with keys as telephone events. */
const INTERNAL: RemoteMedia = {
  address: '',
  rtpPort: 0,
  rtcpPort: 0,
  codec: 'PCMU',
  payloadType: 0,
  dtmfPayloadType: 101,
  direction: 'sendrecv',
};

/**
 * Calls that do not leave this machine. Each has two legs, the caller's (near) and the answerer's (far),
 * whose audio goes straight from one to the other. They ring, answer and end as SIP legs do.
 */
export class InternalLegs {
  readonly #media: Pick<MediaEdge, 'openLeg' | 'connectLeg' | 'closeLeg'>;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #events: Pick<SipEdgeEvents, 'onLegRinging' | 'onLegEarlyMedia' | 'onLegAnswered' | 'onLegEnded'>;
  /** Maps the ids of both legs to their pair. */
  readonly #pairs = new Map<string, Pair>();

  constructor(parts: {
    media: Pick<MediaEdge, 'openLeg' | 'connectLeg' | 'closeLeg'>;
    ids: Ids;
    log: Log;
    events: Pick<SipEdgeEvents, 'onLegRinging' | 'onLegEarlyMedia' | 'onLegAnswered' | 'onLegEnded'>;
  }) {
    this.#media = parts.media;
    this.#ids = parts.ids;
    this.#log = parts.log;
    this.#events = parts.events;
  }

  has(legId: string): boolean {
    return this.#pairs.has(legId);
  }

  /**
   * Places a call. `parent` is the leg on whose behalf it is placed. No event is emitted before this method
   * has returned.
   */
  place(leg: PlacedLeg, answerer: Answerer, parent: string | undefined): void {
    const hops = (parent === undefined ? 0 : (this.#pairs.get(parent)?.hops ?? 0)) + 1;
    const pair: Pair = {
      near: leg.legId,
      far: this.#ids.guid(),
      answerer,
      hops,
      answered: false,
      arrived: false,
    };
    const full = this.#pairs.size >= 2 * MAX_CALLS;
    for (const legId of [pair.near, pair.far]) this.#pairs.set(legId, pair);
    void this.#open(pair, leg, full);
  }

  ring(legId: string): void {
    const pair = this.#pairs.get(legId);
    if (pair && !pair.answered) this.#events.onLegRinging(pair.near);
  }

  /** Opens early media: the answerer sends audio before it answers. */
  openEarlyMedia(legId: string): void {
    const pair = this.#pairs.get(legId);
    if (!pair || pair.answered || pair.far !== legId) return;
    for (const end of [pair.near, pair.far]) this.#media.connectLeg(end, INTERNAL);
    this.#events.onLegEarlyMedia(pair.near);
  }

  /** Answers the call on behalf of the answerer. */
  answer(legId: string): void {
    const pair = this.#pairs.get(legId);
    if (!pair || pair.answered || pair.far !== legId) return;
    pair.answered = true;
    for (const end of [pair.near, pair.far]) this.#media.connectLeg(end, INTERNAL);
    this.#events.onLegAnswered(pair.far);
    this.#events.onLegAnswered(pair.near);
  }

  /** The leg at the other end; undefined if the leg is unknown. */
  otherEnd(legId: string): string | undefined {
    const pair = this.#pairs.get(legId);
    return pair && (pair.near === legId ? pair.far : pair.near);
  }

  /**
   * Ends the call. Before the answer, the answerer refuses it with the code (0 means 480) and the caller
   * cancels it.
   */
  hangUp(legId: string, sipResponseCode: number): void {
    const pair = this.#pairs.get(legId);
    if (!pair) return;
    const refused = legId === pair.far ? sipResponseCode || DEFAULT_REFUSAL : GIVEN_UP;
    const code = pair.answered ? 0 : refused;
    const reason = pair.answered ? 'hung up' : legId === pair.far ? 'refused' : 'given up before the answer';
    this.#end(pair, legId, code, reason);
  }

  /** One end has vanished; see `SipEdge.cutOff`. */
  cutOff(legId: string): void {
    const pair = this.#pairs.get(legId);
    if (pair) pair.cutOff = true;
  }

  /** Checks whether the other end is still there, as nothing is heard from it; if not, the call ends. */
  askIfThere(legId: string): void {
    const pair = this.#pairs.get(legId);
    const other = this.otherEnd(legId);
    if (pair?.cutOff && other !== undefined) this.#end(pair, other, NOT_THERE, 'the far end has gone');
  }

  /** Ends every call. Must run before the media thread ends. */
  close(): void {
    for (const pair of new Set(this.#pairs.values())) this.hangUp(pair.near, 0);
  }

  async #open(pair: Pair, { from, to, sipHeaders }: PlacedLeg, full: boolean): Promise<void> {
    const { near, far, answerer } = pair;
    try {
      const kind = { transport: 'internal', band: 'narrow' } as const;
      await this.#media.openLeg(near, { ...kind, otherLegId: far });
      await this.#media.openLeg(far, { ...kind, otherLegId: near });
    } catch (error) {
      this.#log.error(`A call of this machine has no sound: ${(error as Error).message}`);
      this.#end(pair, far, UNAVAILABLE, 'no media');
      return;
    }
    if (!this.#pairs.has(near)) {
      for (const end of [near, far]) this.#media.closeLeg(end);
    } else if (pair.hops > MAX_HOPS) {
      this.#log.warn(
        `The call to ${to} is refused with ${TOO_MANY_HOPS}: it came about by ${MAX_HOPS} calls of applications to their own numbers, one within the other.`,
      );
      this.#end(pair, far, TOO_MANY_HOPS, 'too many calls within calls');
    } else if (full) this.#end(pair, far, UNAVAILABLE, 'too many calls');
    else {
      pair.arrived = true;
      answerer.arrived({ legId: far, from, to, ...(sipHeaders ? { sipHeaders } : {}) });
    }
  }

  #end(pair: Pair, by: string, sipResponseCode: number, reason: string): void {
    const { near, far, answerer } = pair;
    for (const end of [near, far]) {
      this.#pairs.delete(end);
      this.#media.closeLeg(end);
    }
    const told = (legId: string) => ({ sipResponseCode, by: legId === by ? 'us' : 'far', reason }) as const;
    this.#events.onLegEnded(near, told(near));
    if (!pair.arrived) return;
    this.#events.onLegEnded(far, told(far));
    answerer.ended(far);
  }
}
