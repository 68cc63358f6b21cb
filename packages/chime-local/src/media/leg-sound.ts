import type { G711 } from '#audio';
import type { FrameEncoder } from '#conference';
import type { Player } from './player.ts';
import type { SoundMeter } from './sound-levels.ts';

/** What a leg hears of its meeting in one of its frames: a `Mix`, or two of them joined. */
export interface HeardMix {
  /** Whether nobody is heard: all samples are zero. */
  readonly silent: boolean;
  readonly samples: Int16Array;
  /** Number of the meeting's frames in it, if more than one. */
  readonly frames?: number;
  /** Writes the frame as codes of G.711 to `out`, from `at` on. Narrow band only. */
  encodeInto(codec: G711, out: Uint8Array, at: number): void;
  /** The frame as a packet that several listeners share; absent if nobody else hears the meeting in the same frames. */
  encoded?(make: () => FrameEncoder): Uint8Array;
}

/** The current sources of a leg's frames. */
export interface Sources {
  player: Player;
  /** What the leg's attendee hears now; undefined outside a meeting. */
  mix: HeardMix | undefined;
  mixFrame: number;
}

/** Makes the payloads of a leg's packets. */
export interface LegSound {
  /** RTP timestamp units in a frame. */
  readonly timestampStep: number;
  /** Bytes of a payload; 0 if payloads differ in length. */
  readonly payloadBytes: number;
  /**
   * Writes the payload of the next frame to `packet`, after the header.
   * @param packet the packet to fill, which still holds the last frame but one
   * @param before the packet of the last frame
   * @returns the number of bytes in the payload.
   */
  fill(packet: Uint8Array, before: Uint8Array, sources: Sources): number;
  /**
   * Writes the last `HISTORY_SAMPLES` of narrow sound to `out`, from the packets of the last two frames. Does nothing for full sound, which
   * is not remembered.
   */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** Measures the same without decoding what need not be. */
  measure(older: Uint8Array, newer: Uint8Array, meter: SoundMeter): void;
  /** Fills a packet's payload with silence, as before the first frame. Does nothing for full sound. */
  clear(packet: Uint8Array): void;
  /** Notes that the last frame was not sent, nor any until the next `fill`, which begins out of silence. */
  pause(): void;
  /** Frees what it holds. No method may be called afterwards. */
  close(): void;
}
