import type { G711 } from '#audio';
import type { FrameEncoder } from '#conference';
import type { Player } from './player.ts';
import type { SoundMeter } from './sound-levels.ts';

/** What a leg hears of its meeting in one frame of its own: a `Mix`, or two joined. */
export interface HeardMix {
  /** Nobody is to be heard: all samples are zero. */
  readonly silent: boolean;
  readonly samples: Int16Array;
  /** How many of the meeting's frames are in it, where it is more than one. */
  readonly frames?: number;
  /** Writes the frame as codes to `out[at]` on. Narrow band only. */
  encodeInto(codec: G711, out: Uint8Array, at: number): void;
  /** The frame as a packet of a stream that others share; absent where nobody else hears it in the same frames. */
  encoded?(make: () => FrameEncoder): Uint8Array;
}

/** Where a leg's frames come from at the moment. */
export interface Sources {
  player: Player;
  /** What the leg's attendee hears now, with the meeting's frame number; absent outside a meeting. */
  mix: HeardMix | undefined;
  mixFrame: number;
}

/** What a leg hears, as the payloads of its packets. */
export interface LegSound {
  /** RTP timestamp units in a frame. */
  readonly timestampStep: number;
  /** The bytes of every payload, where they are all of one length; otherwise 0. */
  readonly payloadBytes: number;
  /**
   * Writes the payload of the next frame to `packet`, after the header.
   * @param packet still holds the frame before the last one, `before` the last one.
   * @returns the payload's bytes.
   */
  fill(packet: Uint8Array, before: Uint8Array, sources: Sources): number;
  /**
   * Puts the narrow sound of the last `HISTORY_SAMPLES` into `out`; the packets of the last two frames are given. Full sound
   * has no memory.
   */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** Measures the last frame, whose packet is given. Full sound is not measured. */
  measure(packet: Uint8Array, meter: SoundMeter): void;
  /** The last frame was not heard, and none is until the next `fill`: that one begins out of silence. */
  pause(): void;
  /** Gives back what it holds. Nothing is called afterwards. */
  close(): void;
}
