import {
  continueSound,
  decodeG711,
  encodeG711,
  fadeOut,
  type G711,
  overlap,
  pitchPeriod,
  TELEPHONE_RATE,
} from '#audio';
import { FORMS } from '#conference';
import { RTP_HEADER_BYTES } from '#rtp';
import type { HeardMix, LegSound, Sources } from './leg-sound.ts';
import type { Player } from './player.ts';
import type { SoundMeter } from './sound-levels.ts';

/** Samples in a telephone's frame, the longest there is. */
const FRAME_SAMPLES = FORMS.narrow.frameSamples;
/** Samples from which the continuation of a sound is predicted: two frames of a telephone. */
export const HISTORY_SAMPLES: number = 2 * FRAME_SAMPLES;
/** Length over which the old sound fades out at a change, samples: 5 ms. */
const FALL_SAMPLES = 40;
/** Length over which a prompt fades in, samples: 1 ms, so that its first syllable starts cleanly. */
const PROMPT_RISE_SAMPLES = 8;
/** Length over which a prompt that ends within a frame fades out, samples: 2 ms. */
const PROMPT_END_SAMPLES = 16;
/** Length over which the meeting fades in, samples: 5 ms. */
const MIX_RISE_SAMPLES = 40;

const SILENCE = 0;
const MIX = -1;

/** Scratch for the frame that is being made. The thread makes one at a time. */
const scratch = new Int16Array(FRAME_SAMPLES);
const history = new Int16Array(HISTORY_SAMPLES);
const fall = new Int16Array(FALL_SAMPLES);

/** The encoder of a narrow leg. The `encode` methods write a payload and return its length in bytes. */
export interface NarrowEncoder {
  /** Samples in a frame: `FRAME_SAMPLES`, or half as many. */
  readonly frameSamples: number;
  readonly timestampStep: number;
  /** See `LegSound`. */
  readonly payloadBytes: number;
  encode(samples: Int16Array, packet: Uint8Array): number;
  encodeMix(mix: HeardMix, packet: Uint8Array): number;
  encodeSilence(packet: Uint8Array): number;
  /** See `LegSound`. */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** See `LegSound`. */
  measure(older: Uint8Array, newer: Uint8Array, meter: SoundMeter): void;
  /** Frees what it holds. No method may be called afterwards. */
  close(): void;
}

/** Encodes G.711, which has no state: the last two packets are the history. With short frames the encoder keeps the history itself. */
export class G711Encoder implements NarrowEncoder {
  readonly frameSamples: number;
  readonly timestampStep: number;
  readonly payloadBytes: number;
  readonly #codec: G711;
  /** The last `HISTORY_SAMPLES` as codes, if two frames hold fewer. */
  readonly #past: Uint8Array | undefined;

  constructor(codec: G711, frameSamples = FRAME_SAMPLES) {
    this.#codec = codec;
    this.frameSamples = frameSamples;
    this.timestampStep = frameSamples;
    this.payloadBytes = frameSamples;
    if (frameSamples < FRAME_SAMPLES) this.#past = new Uint8Array(HISTORY_SAMPLES).fill(codec.silence);
  }

  encode(samples: Int16Array, packet: Uint8Array): number {
    encodeG711(this.#codec, samples, 0, this.frameSamples, packet, RTP_HEADER_BYTES);
    return this.#remember(packet);
  }

  encodeMix(mix: HeardMix, packet: Uint8Array): number {
    mix.encodeInto(this.#codec, packet, RTP_HEADER_BYTES);
    return this.#remember(packet);
  }

  encodeSilence(packet: Uint8Array): number {
    packet.fill(this.#codec.silence, RTP_HEADER_BYTES);
    return this.#remember(packet);
  }

  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void {
    if (this.#past) {
      decodeG711(this.#codec, this.#past, 0, HISTORY_SAMPLES, out, 0);
      return;
    }
    decodeG711(this.#codec, older, RTP_HEADER_BYTES, FRAME_SAMPLES, out, 0);
    decodeG711(this.#codec, newer, RTP_HEADER_BYTES, FRAME_SAMPLES, out, FRAME_SAMPLES);
  }

  measure(older: Uint8Array, newer: Uint8Array, meter: SoundMeter): void {
    const { toLinear } = this.#codec;
    if (this.#past) {
      meter.codes(this.#past, 0, HISTORY_SAMPLES, toLinear);
      return;
    }
    meter.codes(older, RTP_HEADER_BYTES, RTP_HEADER_BYTES + FRAME_SAMPLES, toLinear);
    meter.codes(newer, RTP_HEADER_BYTES, RTP_HEADER_BYTES + FRAME_SAMPLES, toLinear);
  }

  #remember(packet: Uint8Array): number {
    const { frameSamples } = this;
    if (this.#past) {
      this.#past.copyWithin(0, frameSamples);
      this.#past.set(packet.subarray(RTP_HEADER_BYTES), HISTORY_SAMPLES - frameSamples);
    }
    return frameSamples;
  }

  close(): void {}
}

/** The sound of a telephone: the prompt, else the meeting, else silence. Changes between them do not click. */
export class NarrowSound implements LegSound {
  readonly timestampStep: number;
  readonly payloadBytes: number;
  readonly #encoder: NarrowEncoder;
  readonly #frame: Int16Array;
  /** The source of the last frame: the serial of a prompt, `MIX` or `SILENCE`. */
  #source = SILENCE;
  #mixFrame = -1;
  /** Number of frames in `HISTORY_SAMPLES`. */
  readonly #remembered: number;
  /** Number of frames for which the history still holds something other than silence. */
  #sounding = 0;

  constructor(encoder: NarrowEncoder) {
    this.#encoder = encoder;
    this.#frame = scratch.subarray(0, encoder.frameSamples);
    this.#remembered = HISTORY_SAMPLES / encoder.frameSamples;
    this.timestampStep = encoder.timestampStep;
    this.payloadBytes = encoder.payloadBytes;
  }

  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void {
    this.#encoder.recall(older, newer, out);
  }

  measure(older: Uint8Array, newer: Uint8Array, meter: SoundMeter): void {
    this.#encoder.measure(older, newer, meter);
  }

  clear(packet: Uint8Array): void {
    this.#encoder.encodeSilence(packet);
  }

  pause(): void {
    this.#sounding = 0;
    this.#source = SILENCE;
  }

  close(): void {
    this.#encoder.close();
  }

  fill(packet: Uint8Array, before: Uint8Array, sources: Sources): number {
    const { player, mix, mixFrame } = sources;
    const source = player.serial || (mix ? MIX : SILENCE);
    const isMix = source === MIX;
    const changed = source !== this.#source || (isMix && mixFrame !== this.#mixFrame + (mix?.frames ?? 1));
    const fades = changed && this.#sounding > 0;
    if (fades) this.#predictTail(before, packet);
    this.#source = source;
    this.#mixFrame = mixFrame;
    if (!changed && isMix && mix && !mix.silent) {
      this.#sounding = this.#remembered;
      return this.#encoder.encodeMix(mix, packet);
    }
    const sounds = this.#fillFrame(player, mix);
    if (fades) overlap(fall, this.#frame, FALL_SAMPLES, isMix ? MIX_RISE_SAMPLES : PROMPT_RISE_SAMPLES);
    else if (changed && isMix && sounds) this.#riseFromSilence();
    this.#sounding = sounds || fades ? this.#remembered : Math.max(0, this.#sounding - 1);
    return sounds || fades ? this.#encoder.encode(this.#frame, packet) : this.#encoder.encodeSilence(packet);
  }

  /** Writes the source's samples to `#frame`. Returns whether there are any. */
  #fillFrame(player: Player, mix: HeardMix | undefined): boolean {
    const frame = this.#frame;
    const filled = player.read(frame);
    if (filled === frame.length) return true;
    if (mix && !mix.silent && filled === 0) {
      frame.set(mix.samples);
      return true;
    }
    const end = Math.min(filled, PROMPT_END_SAMPLES);
    fadeOut(frame, filled - end, end);
    return filled > 0;
  }

  #riseFromSilence(): void {
    fall.fill(0);
    overlap(fall, this.#frame, FALL_SAMPLES, MIX_RISE_SAMPLES);
  }

  /** Predicts into `fall` how the last sound would go on. `older` is the packet that is about to be filled. */
  #predictTail(newer: Uint8Array, older: Uint8Array): void {
    this.#encoder.recall(older, newer, history);
    const period = pitchPeriod(history, history.length, TELEPHONE_RATE);
    continueSound(history, history.length, period, fall, FALL_SAMPLES);
  }
}
