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
import type { Mix } from '#conference';
import { RTP_HEADER_BYTES } from '#rtp';
import type { LegSound, Sources } from './leg-sound.ts';
import type { Player } from './player.ts';
import type { SoundMeter } from './sound-levels.ts';

/** Samples in a telephone's frame. */
export const FRAME_SAMPLES = 160;
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
const frame = new Int16Array(FRAME_SAMPLES);
const history = new Int16Array(2 * FRAME_SAMPLES);
const fall = new Int16Array(FALL_SAMPLES);

/** A codec of a narrow leg in the direction to the leg. Each method writes a payload and returns its bytes. */
export interface NarrowEncoder {
  readonly timestampStep: number;
  /** As of `LegSound`. */
  readonly payloadBytes: number;
  encode(samples: Int16Array, packet: Uint8Array): number;
  encodeMix(mix: Mix, packet: Uint8Array): number;
  encodeSilence(packet: Uint8Array): number;
  /** Puts the sound of the last two frames into `out`; their packets are given. */
  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void;
  /** As of `LegSound`. */
  measure(packet: Uint8Array, meter: SoundMeter): void;
  /** Gives back what it holds. Nothing is called afterwards. */
  close(): void;
}

/** G.711 keeps no state, so that the packets themselves tell what was heard. */
export class G711Encoder implements NarrowEncoder {
  readonly timestampStep = FRAME_SAMPLES;
  readonly payloadBytes = FRAME_SAMPLES;
  readonly #codec: G711;

  constructor(codec: G711) {
    this.#codec = codec;
  }

  encode(samples: Int16Array, packet: Uint8Array): number {
    encodeG711(this.#codec, samples, 0, FRAME_SAMPLES, packet, RTP_HEADER_BYTES);
    return FRAME_SAMPLES;
  }

  encodeMix(mix: Mix, packet: Uint8Array): number {
    mix.encodeInto(this.#codec, packet, RTP_HEADER_BYTES);
    return FRAME_SAMPLES;
  }

  encodeSilence(packet: Uint8Array): number {
    packet.fill(this.#codec.silence, RTP_HEADER_BYTES);
    return FRAME_SAMPLES;
  }

  recall(older: Uint8Array, newer: Uint8Array, out: Int16Array): void {
    decodeG711(this.#codec, older, RTP_HEADER_BYTES, FRAME_SAMPLES, out, 0);
    decodeG711(this.#codec, newer, RTP_HEADER_BYTES, FRAME_SAMPLES, out, FRAME_SAMPLES);
  }

  measure(packet: Uint8Array, meter: SoundMeter): void {
    meter.codes(packet, RTP_HEADER_BYTES, RTP_HEADER_BYTES + FRAME_SAMPLES, this.#codec.toLinear);
  }

  close(): void {}
}

/** What a telephone hears: the prompt, else the meeting, else silence, each change without a click. */
export class NarrowSound implements LegSound {
  readonly timestampStep: number;
  readonly payloadBytes: number;
  readonly #encoder: NarrowEncoder;
  /** What the last frame was made of: the serial of a prompt, or one of the two above. */
  #source = SILENCE;
  #mixFrame = -1;
  /** Whether anything but silence is in the last two frames. */
  #sounding = 0;

  constructor(encoder: NarrowEncoder) {
    this.#encoder = encoder;
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
    const changed = source !== this.#source || (isMix && mixFrame !== this.#mixFrame + 1);
    const fades = changed && this.#sounding > 0;
    if (fades) this.#predictTail(before, packet);
    this.#source = source;
    this.#mixFrame = mixFrame;
    if (!changed && isMix && mix && !mix.silent) {
      this.#sounding = 2;
      return this.#encoder.encodeMix(mix, packet);
    }
    const sounds = this.#fillFrame(player, mix);
    if (fades) overlap(fall, frame, FALL_SAMPLES, isMix ? MIX_RISE_SAMPLES : PROMPT_RISE_SAMPLES);
    else if (changed && isMix && sounds) this.#riseFromSilence();
    this.#sounding = sounds || fades ? 2 : Math.max(0, this.#sounding - 1);
    return sounds || fades ? this.#encoder.encode(frame, packet) : this.#encoder.encodeSilence(packet);
  }

  /** Puts the source's samples into `frame`. Whether there are any. */
  #fillFrame(player: Player, mix: Mix | undefined): boolean {
    const filled = player.read(frame);
    if (filled === FRAME_SAMPLES) return true;
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
    overlap(fall, frame, FALL_SAMPLES, MIX_RISE_SAMPLES);
  }

  /** How the sound of the last two packets would go on, into `fall`. `older` is the packet about to be filled. */
  #predictTail(newer: Uint8Array, older: Uint8Array): void {
    this.#encoder.recall(older, newer, history);
    const period = pitchPeriod(history, history.length, TELEPHONE_RATE);
    continueSound(history, history.length, period, fall, FALL_SAMPLES);
  }
}
