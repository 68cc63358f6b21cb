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

/** Samples in a telephone's frame. No frame has more. */
const FRAME_SAMPLES = FORMS.narrow.frameSamples;
/** Samples from which it is guessed how a sound goes on: two frames of a telephone. */
export const HISTORY_SAMPLES: number = 2 * FRAME_SAMPLES;
/** How long the sound before a change still fades, samples: 5 ms. */
const FALL_SAMPLES = 40;
/** How long a prompt takes to full strength, samples: 1 ms, so that its first syllable starts cleanly. */
const PROMPT_RISE_SAMPLES = 8;
/** The end of a prompt that ends within a frame is faded for so long, samples: 2 ms. */
const PROMPT_END_SAMPLES = 16;
/** How long the meeting takes, samples: 5 ms. */
const MIX_RISE_SAMPLES = 40;

const SILENCE = 0;
const MIX = -1;

/** Scratch for the one frame that is being made: the thread makes one at a time. */
const scratch = new Int16Array(FRAME_SAMPLES);
const history = new Int16Array(HISTORY_SAMPLES);
const fall = new Int16Array(FALL_SAMPLES);

/** A codec of a narrow leg in the direction to the leg. Each method writes a payload and returns its bytes. */
export interface NarrowEncoder {
  /** Samples in a frame: `FRAME_SAMPLES`, or half as many. */
  readonly frameSamples: number;
  readonly timestampStep: number;
  /** As of `LegSound`. */
  readonly payloadBytes: number;
  encode(samples: Int16Array, packet: Uint8Array): number;
  encodeMix(mix: HeardMix, packet: Uint8Array): number;
  encodeSilence(packet: Uint8Array): number;
  /** As of `LegSound`. */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** As of `LegSound`. */
  measure(packet: Uint8Array, meter: SoundMeter): void;
  /** Gives back what it holds. Nothing is called afterwards. */
  close(): void;
}

/** G.711 keeps no state, so that the packets themselves tell what was heard; of short frames, the last two and what it kept. */
export class G711Encoder implements NarrowEncoder {
  readonly frameSamples: number;
  readonly timestampStep: number;
  readonly payloadBytes: number;
  readonly #codec: G711;
  /** The last `HISTORY_SAMPLES`, as codes, where two frames are fewer. */
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

  measure(packet: Uint8Array, meter: SoundMeter): void {
    meter.codes(packet, RTP_HEADER_BYTES, RTP_HEADER_BYTES + this.frameSamples, this.#codec.toLinear);
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

/** What a telephone hears: the prompt, else the meeting, else silence, each change without a click. */
export class NarrowSound implements LegSound {
  readonly timestampStep: number;
  readonly payloadBytes: number;
  readonly #encoder: NarrowEncoder;
  readonly #frame: Int16Array;
  /** What the last frame was made of: the serial of a prompt, or one of the two above. */
  #source = SILENCE;
  #mixFrame = -1;
  /** Frames in `HISTORY_SAMPLES`. */
  readonly #remembered: number;
  /** So many frames it is still remembered that there was anything but silence. */
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

  measure(packet: Uint8Array, meter: SoundMeter): void {
    // Of silence there is nothing to measure.
    if (this.#sounding > 0) this.#encoder.measure(packet, meter);
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

  /** Puts the source's samples into `#frame`. Whether there are any. */
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

  /** How the sound that was heard last would go on, into `fall`. `older` is the packet about to be filled. */
  #predictTail(newer: Uint8Array, older: Uint8Array): void {
    this.#encoder.recall(older, newer, history);
    const period = pitchPeriod(history, history.length, TELEPHONE_RATE);
    continueSound(history, history.length, period, fall, FALL_SAMPLES);
  }
}
