import { type StreamPlace, TelephoneEvents } from './telephone-events.ts';

/** Sources that are told apart at once. A telephone has one, or one for its voice and one for its keys. */
const MAX_SOURCES = 4;
/** Milliseconds within which two sources report the same press. */
const SAME_PRESS_MS = 200;
/** A source is believed after so many packets (RFC 3550 appendix A.1: MIN_SEQUENTIAL). A press has at least four. */
const BELIEVED_AFTER = 2;
/** A press that another source sends on within this time is one press, ms. */
const TAKEN_OVER_MS = 100;
/** Keys that wait for their source to be believed. */
const MAX_WAITING_KEYS = 4;

interface EventSource {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly events: TelephoneEvents;
  packets: number;
  /** Pressed before the source was believed. */
  waiting: string;
}

/** Which source an event packet is of. */
export interface EventStream {
  ssrc: number;
  /** There are senders that tell each key twice, by two numbers with clocks of their own. */
  payloadType: number;
}

/**
 * The telephone events of a leg, each source's apart (RFC 3550 section 8.2): keys may come with an SSRC and numbers of
 * their own beside the voice, and a stray packet of another source says nothing about a press in progress. A press that
 * several sources tell at the same time is one.
 */
export class EventSources {
  #sources: EventSource[] = [];

  /**
   * Reads an event packet of a source; as `TelephoneEvents.read`.
   * @param known the source is the voice's, or the first of all: it is believed at once.
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

  /** Whether that source is believed. */
  believes(stream: EventStream): boolean {
    return this.#sources.some((source) => isOf(source, stream) && isBelieved(source));
  }

  /** Whether a key is being pressed by that source. */
  isPressed(stream: EventStream): boolean {
    return this.#sources.some((source) => isOf(source, stream) && source.events.pressed !== undefined);
  }

  /** A new source takes the place of another. */
  #add({ ssrc, payloadType }: EventStream): EventSource {
    if (this.#sources.length >= MAX_SOURCES) this.#forgetOne();
    const source = { ssrc, payloadType, events: new TelephoneEvents(), packets: 0, waiting: '' };
    this.#sources.push(source);
    return source;
  }

  /** The older of those that were never believed; one of them may be about to be. Else the one not heard for longest. */
  #forgetOne(): void {
    const [oldest, ...doubtful] = this.#sources.filter((source) => !isBelieved(source));
    const lastMs = ({ events }: EventSource) => events.last.atMs;
    const silent = this.#sources.filter(isBelieved).sort((a, b) => lastMs(a) - lastMs(b))[0];
    const victim = doubtful.length > 0 || !silent ? oldest : silent;
    this.#sources = this.#sources.filter((source) => source !== victim);
  }

  /**
   * Whether another source has just told the same press: there are senders whose SSRC is another one in each packet.
   */
  #agreesWithAnother(source: EventSource, nowMs: number): boolean {
    return this.#sources.some((other) => !isBelieved(other) && isSamePress(source, other, nowMs));
  }

  /** Whether another source was telling that press until now: its stream got another SSRC meanwhile, or there are two. */
  #isTakenOver(source: EventSource, keys: string, nowMs: number): boolean {
    return this.#sources.some((other) => {
      if (other === source || !isBelieved(other)) return false;
      const pressed = other.events.pressed === keys && nowMs - other.events.last.atMs <= TAKEN_OVER_MS;
      return pressed || isSamePress(source, other, nowMs);
    });
  }
}

/** The timestamp names the press, as the key does (RFC 4733 section 2.2.1.1). */
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
