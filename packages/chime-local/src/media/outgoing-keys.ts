import { writeTelephoneEvent } from '#rtp';

/** Length of a frame, ms. */
const FRAME_MS = 20;
/** The end of a key is sent three times, so that at least one packet arrives (RFC 4733 section 2.5.1.4). */
const ENDS = 3;
/** The largest value of the duration field (RFC 4733 section 2.3.5). */
const LONGEST_DURATION = 0xffff;

/** Keys to be sent in order, as in the SendDigits action. */
export interface KeysRequest {
  playId: string;
  /** `0`-`9`, `*`, `#`, `A`-`D`; a comma is a pause. */
  keys: string;
  /** Length of each key, ms. */
  toneMs: number;
  /** Gap between two keys, ms. */
  gapMs: number;
  /** Length of the pause that a comma stands for, ms. */
  commaMs: number;
}

/** The packet of one frame of a key. */
export interface KeyFrame {
  /**
   * RTP timestamp units from the first packet of the key to the start of this packet's segment: 0 except for
   * long keys.
   */
  segmentStart: number;
  /** Whether this is the first packet of the key, which has the marker. */
  first: boolean;
  payload: Uint8Array;
}

interface Part {
  /** Undefined means silence. */
  key: string | undefined;
  frames: number;
}

/**
 * Keys to be sent as RTP events (RFC 4733), one packet per frame. A key that is longer than the duration
 * field can express continues in a new segment (section 2.5.1.3).
 */
export class OutgoingKeys {
  readonly playId: string;
  readonly #parts: Part[];
  /** RTP timestamp units per frame. */
  readonly #step: number;
  #part = 0;
  #frame = 0;

  /** @param pauseMs silence before the first key, ms. */
  constructor({ playId, keys, toneMs, gapMs, commaMs }: KeysRequest, timestampStep: number, pauseMs = 0) {
    const frames = (ms: number): number => Math.max(1, Math.round(ms / FRAME_MS));
    this.playId = playId;
    this.#step = timestampStep;
    const pause = pauseMs > 0 ? [{ key: undefined, frames: frames(pauseMs) }] : [];
    const parts = [...keys].flatMap((key, index): Part[] => {
      if (key === ',') return [{ key: undefined, frames: frames(commaMs) }];
      const tone = { key, frames: frames(toneMs) + ENDS };
      // A comma that follows is gap enough.
      const last = index === keys.length - 1 || keys[index + 1] === ',';
      return last ? [tone] : [tone, { key: undefined, frames: frames(gapMs) }];
    });
    this.#parts = [...pause, ...parts];
  }

  /** Whether every key has been sent. */
  get done(): boolean {
    return this.#part >= this.#parts.length;
  }

  /** The next frame; undefined if it is silence, or nothing is left. */
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
    // The repeated end packets belong to the last frame of the tone.
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
