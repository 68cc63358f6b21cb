import type { Mix } from '#conference';
import type { Player } from './player.ts';
import type { SoundMeter } from './sound-levels.ts';

/** Where a leg's frames come from at the moment. */
export interface Sources {
  player: Player;
  /** What the leg's attendee hears now, with the meeting's frame number; absent outside a meeting. */
  mix: Mix | undefined;
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
  /** Puts the narrow sound of the last two frames into `out`; their packets are given. Full sound has no memory. */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** Measures the last frame, whose packet is given. Full sound is not measured. */
  measure(packet: Uint8Array, meter: SoundMeter): void;
  /** The last frame was not heard, and none is until the next `fill`: that one begins out of silence. */
  pause(): void;
  /** Gives back what it holds. Nothing is called afterwards. */
  close(): void;
}
