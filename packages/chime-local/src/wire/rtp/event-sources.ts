import { type StreamPlace, TelephoneEvents } from './telephone-events.ts';

/**
 * Number of sources that are distinguished at once. A telephone has one, or one for its voice and one for its
 * keys.
 */
const MAX_SOURCES = 4;
/** Two reports of a press within this time can be the same press, ms. */
const SAME_PRESS_MS = 200;
/**
 * A source is trusted after this many packets (RFC 3550 appendix A.1: MIN_SEQUENTIAL). A press has four or
 * more.
 */
const BELIEVED_AFTER = 2;
/** A press that another source continues within this time is the same press, ms. */
const TAKEN_OVER_MS = 100;
/** Number of keys that are kept until their source is trusted. */
const MAX_WAITING_KEYS = 4;

interface EventSource {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly events: TelephoneEvents;
  packets: number;
  /** Keys pressed before the source was trusted. */
  waiting: string;
}

/** The source that an event packet belongs to. */
export interface EventStream {
  ssrc: number;
  /** Some senders report each key twice, under two payload types whose clocks differ. */
  payloadType: number;
}

/**
 * The telephone events of a leg, kept apart by source (RFC 3550 section 8.2): keys may arrive with an SSRC
 * and sequence numbers of their own beside the voice, and a stray packet of another source must not affect a
 * press in progress. A press that several sources report at the same time counts once.
 */
export class EventSources {
  #sources: EventSource[] = [];

  /**
   * Reads an event packet of a source, as `TelephoneEvents.read` does.
   * @param known whether the source is that of the voice, or the first of all: it is then trusted at once.
   */
  read(
    stream: EventStream,
    known: boolean,
    payload: Uint8Array,
    from: number,
    to: number,
    place: StreamPlace,
    nowMs: number,
  ): string {
    const source = this.#sources.find((other) => isOf(other, stream)) ?? this.#add(stream);
    const was = isBelieved(source);
    source.packets = known ? Math.max(BELIEVED_AFTER, source.packets + 1) : source.packets + 1;
    let keys = source.events.read(payload, from, to, place, nowMs);
    if (!isBelieved(source) && this.#agreesWithAnother(source, nowMs)) source.packets = BELIEVED_AFTER;
    if (keys !== '' && this.#isTakenOver(source, keys, nowMs)) keys = '';
    if (!isBelieved(source)) {
      source.waiting = (source.waiting + keys).slice(0, MAX_WAITING_KEYS);
      return '';
    }
    if (was) return keys;
    const { waiting } = source;
    source.waiting = '';
    return this.#isTakenOver(source, waiting, nowMs) ? keys : waiting + keys;
  }

  /** Whether this source is trusted. */
  believes(stream: EventStream): boolean {
    return this.#sources.some((source) => isOf(source, stream) && isBelieved(source));
  }

  /** Whether this source is reporting a key as pressed. */
  isPressed(stream: EventStream): boolean {
    return this.#sources.some((source) => isOf(source, stream) && source.events.pressed !== undefined);
  }

  /** Adds a source; if there are too many, it replaces another. */
  #add({ ssrc, payloadType }: EventStream): EventSource {
    if (this.#sources.length >= MAX_SOURCES) this.#forgetOne();
    const source = { ssrc, payloadType, events: new TelephoneEvents(), packets: 0, waiting: '' };
    this.#sources.push(source);
    return source;
  }

  /**
   * Drops the oldest untrusted source if there are several, as the newest may soon be trusted; otherwise the
   * trusted source that has been silent for longest.
   */
  #forgetOne(): void {
    const [oldest, ...doubtful] = this.#sources.filter((source) => !isBelieved(source));
    const lastMs = ({ events }: EventSource) => events.last.atMs;
    const silent = this.#sources.filter(isBelieved).sort((a, b) => lastMs(a) - lastMs(b))[0];
    const victim = doubtful.length > 0 || !silent ? oldest : silent;
    this.#sources = this.#sources.filter((source) => source !== victim);
  }

  /**
   * Whether another source has just reported the same press: some senders change their SSRC with each packet.
   */
  #agreesWithAnother(source: EventSource, nowMs: number): boolean {
    return this.#sources.some((other) => !isBelieved(other) && isSamePress(source, other, nowMs));
  }

  /**
   * Whether another source reported this press until now: its SSRC has changed meanwhile, or there are two
   * sources.
   */
  #isTakenOver(source: EventSource, keys: string, nowMs: number): boolean {
    return this.#sources.some((other) => {
      if (other === source || !isBelieved(other)) return false;
      const pressed = other.events.pressed === keys && nowMs - other.events.last.atMs <= TAKEN_OVER_MS;
      return pressed || isSamePress(source, other, nowMs);
    });
  }
}

/** The timestamp identifies the press, as does the key (RFC 4733 section 2.2.1.1). */
function isSamePress(one: EventSource, other: EventSource, nowMs: number): boolean {
  const [a, b] = [one.events.last, other.events.last];
  if (one === other || a.key === undefined || a.key !== b.key) return false;
  return a.timestamp === b.timestamp && nowMs - b.atMs <= SAME_PRESS_MS;
}

function isOf(source: EventSource, { ssrc, payloadType }: EventStream): boolean {
  return source.ssrc === ssrc && source.payloadType === payloadType;
}

function isBelieved(source: EventSource): boolean {
  return source.packets >= BELIEVED_AFTER;
}
