import { type StreamPlace, TelephoneEvents } from './telephone-events.ts';

/** Sources that are told apart at once. A telephone has one, or one for its voice and one for its keys. */
const MAX_SOURCES = 4;
/** A source is believed after so many packets (RFC 3550 appendix A.1: MIN_SEQUENTIAL). A press has at least four. */
const BELIEVED_AFTER = 2;
/** A press that another source sends on within this time is one press, ms. */
const TAKEN_OVER_MS = 100;
/** Keys that wait for their source to be believed. */
const MAX_WAITING_KEYS = 4;

interface EventSource {
  readonly ssrc: number;
  readonly events: TelephoneEvents;
  packets: number;
  /** Pressed before the source was believed. */
  waiting: string;
}

/**
 * The telephone events of a leg, each source's apart (RFC 3550 section 8.2): keys may come with an SSRC and numbers of
 * their own beside the voice, and a stray packet of another source says nothing about a press in progress.
 */
export class EventSources {
  #sources: EventSource[] = [];

  /**
   * Reads an event packet of a source; as `TelephoneEvents.read`.
   * @param known the source is the voice's, or the first of all: it is believed at once.
   */
  read(
    ssrc: number,
    known: boolean,
    payload: Uint8Array,
    from: number,
    to: number,
    place: StreamPlace,
    nowMs: number,
  ): string {
    const source = this.#sources.find((other) => other.ssrc === ssrc) ?? this.#add(ssrc);
    source.packets = known ? Math.max(BELIEVED_AFTER, source.packets + 1) : source.packets + 1;
    let keys = source.events.read(payload, from, to, place, nowMs);
    if (keys !== '' && this.#isTakenOver(source, keys, nowMs)) keys = '';
    if (!isBelieved(source)) {
      source.waiting = (source.waiting + keys).slice(0, MAX_WAITING_KEYS);
      return '';
    }
    if (source.waiting === '') return keys;
    const all = source.waiting + keys;
    source.waiting = '';
    return all;
  }

  /** Whether that source is believed. */
  believes(ssrc: number): boolean {
    return this.#sources.some((source) => source.ssrc === ssrc && isBelieved(source));
  }

  /** Whether a key is being pressed by that source. */
  isPressed(ssrc: number): boolean {
    return this.#sources.some((source) => source.ssrc === ssrc && source.events.pressed !== undefined);
  }

  /** A new source takes the place of one that was never believed, else of the oldest. */
  #add(ssrc: number): EventSource {
    if (this.#sources.length >= MAX_SOURCES) {
      const doubtful = this.#sources.findIndex((source) => !isBelieved(source));
      this.#sources.splice(Math.max(0, doubtful), 1);
    }
    const source = { ssrc, events: new TelephoneEvents(), packets: 0, waiting: '' };
    this.#sources.push(source);
    return source;
  }

  /** Whether another source was pressing that key until now: its stream got another SSRC in the middle of the press. */
  #isTakenOver(source: EventSource, keys: string, nowMs: number): boolean {
    return this.#sources.some((other) => {
      if (other === source || !isBelieved(other) || other.events.pressed !== keys) return false;
      return nowMs - other.events.last.atMs <= TAKEN_OVER_MS;
    });
  }
}

function isBelieved(source: EventSource): boolean {
  return source.packets >= BELIEVED_AFTER;
}
