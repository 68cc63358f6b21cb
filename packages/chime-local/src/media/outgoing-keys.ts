import { writeTelephoneEvent } from '#rtp';

/** Milliseconds of a frame. */
const FRAME_MS = 20;
/** The end of a key is said three times, so that one arrives (RFC 4733 section 2.5.1.4). */
const ENDS = 3;
/** What the duration field can say (RFC 4733 section 2.3.5). */
const LONGEST_DURATION = 0xffff;

/** Keys to be sent, in order, as SendDigits has them. */
export interface KeysRequest {
  playId: string;
  /** `0`-`9`, `*`, `#`, `A`-`D`; a comma is silence. */
  keys: string;
  /** Milliseconds of each key. */
  toneMs: number;
  /** Milliseconds between two keys. */
  gapMs: number;
  /** Milliseconds that a comma stands for. */
  commaMs: number;
}

/** The packet of one frame of a key. */
export interface KeyFrame {
  /** RTP timestamp units from the first packet of the key to the segment of this one: 0 but for long keys. */
  segmentStart: number;
  /** The first packet of the key: it has the marker. */
  first: boolean;
  payload: Uint8Array;
}

interface Part {
  /** Undefined: silence. */
  key: string | undefined;
  frames: number;
}

/**
 * Keys on their way out as RTP events (RFC 4733), one packet a frame. A key that is longer than the duration field can
 * say goes on in a new segment (section 2.5.1.3).
 */
export class OutgoingKeys {
  readonly playId: string;
  readonly #parts: Part[];
  /** RTP timestamp units in a frame. */
  readonly #step: number;
  #part = 0;
  #frame = 0;

  /** @param pauseMs silence before the first key. */
  constructor({ playId, keys, toneMs, gapMs, commaMs }: KeysRequest, timestampStep: number, pauseMs = 0) {
    const frames = (ms: number): number => Math.max(1, Math.round(ms / FRAME_MS));
    this.playId = playId;
    this.#step = timestampStep;
    const pause = pauseMs > 0 ? [{ key: undefined, frames: frames(pauseMs) }] : [];
    const parts = [...keys].flatMap((key, index): Part[] => {
      if (key === ',') return [{ key: undefined, frames: frames(commaMs) }];
      const tone = { key, frames: frames(toneMs) + ENDS };
      // Silence that is asked for is gap enough.
      const last = index === keys.length - 1 || keys[index + 1] === ',';
      return last ? [tone] : [tone, { key: undefined, frames: frames(gapMs) }];
    });
    this.#parts = [...pause, ...parts];
  }

  /** Every key has been sent. */
  get done(): boolean {
    return this.#part >= this.#parts.length;
  }

  /** What the next frame is; undefined when it is silence, or nothing is left. */
  next(): KeyFrame | undefined {
    const part = this.#parts[this.#part];
    if (!part) return undefined;
    const frame = this.#frame;
    this.#frame += 1;
    if (this.#frame >= part.frames) {
      this.#part += 1;
      this.#frame = 0;
    }
    return part.key === undefined ? undefined : this.#keyFrame(part.key, part.frames - ENDS, frame);
  }

  #keyFrame(key: string, tone: number, frame: number): KeyFrame {
    const segment = Math.floor(LONGEST_DURATION / this.#step);
    // The repeated ends belong to the last frame of the tone.
    const at = Math.min(frame, tone - 1);
    const inSegment = at % segment;
    const ended = frame >= tone;
    return {
      segmentStart: (at - inSegment) * this.#step,
      first: frame === 0,
      payload: writeTelephoneEvent(key, ended, (inSegment + 1) * this.#step),
    };
  }
}
