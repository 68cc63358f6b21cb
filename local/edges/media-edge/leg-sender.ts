import {
  continueSound,
  decodeG711,
  encodeG711,
  fadeOut,
  type G711,
  overlap,
  PCMU,
  pitchPeriod,
} from '#audio';
import type { Mix } from '#conference';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#rtp';
import type { Player } from './player.ts';

/** Samples, codes and timestamp units in a frame. */
export const FRAME_SAMPLES = 160;
export const SAMPLE_RATE = 8_000;
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

/** Where the leg's frames come from at the moment. */
interface Sources {
  player: Player;
  /** What the leg's attendee hears now, with the meeting's frame number; absent outside a meeting. */
  mix: Mix | undefined;
  mixFrame: number;
}

/**
 * Makes a leg's packets: the prompt, else the meeting, else silence, each change without a click. Two packets
 * take turns, so that one may still be on its way out, and both together are the history that fades at a change.
 */
export class LegSender {
  readonly ssrc: number;
  codec: G711 = PCMU;
  payloadType = 0;
  packets = 0;
  bytes = 0;

  readonly #timestampBase: number;
  readonly #fields = { marker: true, payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: 0 };
  readonly #buffers: [Uint8Array, Uint8Array];
  #turn: 0 | 1 = 0;
  #lastCycle = Number.NaN;
  /** What the last frame was made of: the serial of a prompt, or one of the two below. */
  #source = SILENCE;
  #mixFrame = -1;
  /** Whether anything but silence is in the two buffers. */
  #sounding = 0;

  constructor(random: { ssrc: number; sequenceNumber: number; timestamp: number }) {
    this.ssrc = random.ssrc;
    this.#fields.ssrc = random.ssrc;
    this.#fields.sequenceNumber = random.sequenceNumber;
    this.#timestampBase = random.timestamp;
    const size = RTP_HEADER_BYTES + FRAME_SAMPLES;
    this.#buffers = [new Uint8Array(size), new Uint8Array(size)];
  }

  /** The RTP timestamp of a cycle of the frame clock. */
  timestampOf(cycle: number): number {
    return (this.#timestampBase + cycle * FRAME_SAMPLES) >>> 0;
  }

  setCodec(codec: G711, payloadType: number): void {
    if (codec !== this.codec) this.#sounding = 0;
    this.codec = codec;
    this.payloadType = payloadType;
  }

  /** Nothing was sent for a while (hold): the next packet begins a talk spurt, out of silence. */
  pause(): void {
    this.#lastCycle = Number.NaN;
    this.#sounding = 0;
    this.#source = SILENCE;
  }

  /** The packet of that cycle. Valid until the next but one is made. */
  next(cycle: number, sources: Sources): Uint8Array {
    const history = this.#buffers[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    const packet = this.#buffers[this.#turn];
    this.#fillPayload(packet, history, sources);
    const fields = this.#fields;
    fields.marker = cycle !== this.#lastCycle + 1;
    fields.payloadType = this.payloadType;
    fields.sequenceNumber = (fields.sequenceNumber + 1) & 0xffff;
    fields.timestamp = this.timestampOf(cycle);
    writeRtpHeader(packet, fields);
    this.#lastCycle = cycle;
    this.packets++;
    this.bytes += FRAME_SAMPLES;
    return packet;
  }

  /** The packet just made does not go out: it does not count, and what goes out next begins a talk spurt. */
  unsend(): void {
    this.packets--;
    this.bytes -= FRAME_SAMPLES;
    this.#fields.sequenceNumber = (this.#fields.sequenceNumber - 1) & 0xffff;
    this.pause();
  }

  #fillPayload(packet: Uint8Array, before: Uint8Array, sources: Sources): void {
    const { player, mix, mixFrame } = sources;
    const source = player.serial || (mix ? MIX : SILENCE);
    const isMix = source === MIX;
    const changed = source !== this.#source || (isMix && mixFrame !== this.#mixFrame + 1);
    const fades = changed && this.#sounding > 0;
    if (fades) this.#makeFall(before, packet);
    this.#source = source;
    this.#mixFrame = mixFrame;
    if (!changed && isMix && mix && !mix.silent) {
      mix.encodeInto(this.codec, packet, RTP_HEADER_BYTES);
      this.#sounding = 2;
      return;
    }
    const sounds = this.#fillFrame(player, mix);
    if (fades) overlap(fall, frame, FALL_SAMPLES, isMix ? MIX_RISE_SAMPLES : PROMPT_RISE_SAMPLES);
    else if (changed && isMix && sounds) this.#riseFromSilence();
    this.#sounding = sounds || fades ? 2 : Math.max(0, this.#sounding - 1);
    if (sounds || fades) encodeG711(this.codec, frame, 0, FRAME_SAMPLES, packet, RTP_HEADER_BYTES);
    else packet.fill(this.codec.silence, RTP_HEADER_BYTES);
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
  #makeFall(newer: Uint8Array, older: Uint8Array): void {
    decodeG711(this.codec, older, RTP_HEADER_BYTES, FRAME_SAMPLES, history, 0);
    decodeG711(this.codec, newer, RTP_HEADER_BYTES, FRAME_SAMPLES, history, FRAME_SAMPLES);
    const period = pitchPeriod(history, history.length, SAMPLE_RATE);
    continueSound(history, history.length, period, fall, FALL_SAMPLES);
  }
}
