import { type Band, FRAME_MS, type FrameEncoder, frameSamples } from '#conference';
import { type JitterBuffer, RTP_HEADER_BYTES, type RtpHeader } from '#rtp';
import { OpusDecoder, OpusEncoder, opusSamples } from './codecs/opus.ts';
import { OPUS_CLOCK_RATE, OpusStream } from './codecs/opus-stream.ts';
import type { HeardMix, LegSound, Sources } from './leg-sound.ts';
import { HISTORY_SAMPLES, type NarrowEncoder } from './narrow-sound.ts';
import type { SoundMeter } from './sound-levels.ts';
import type { VoiceDecoder } from './voice-decoder.ts';

/** Frames of silence after which an encoder's memory holds nothing but silence. */
const FORGOTTEN_AFTER = 2;

/** Most voice that may come in one burst, ms: the jitter buffer has room for it. */
const BURST_MS = 400;
/** Long-term limit of decoding, as a multiple of real time: a far end that floods must not take the thread's time. */
const MAX_PACE = 2;

/** Packets of silence by samples in a frame, a number that no two bands share. */
const silences = new Map<number, Uint8Array>();

/** A packet of silence that follows silence. */
function silence(band: Band, frameMs: number): Uint8Array {
  const samples = new Int16Array(frameSamples(band, frameMs));
  let packet = silences.get(samples.length);
  if (!packet) {
    const encoder = new OpusEncoder(band);
    for (let n = 0; n < FORGOTTEN_AFTER; n++) encoder.encode(samples);
    packet = Uint8Array.from(encoder.encode(samples));
    encoder.close();
    silences.set(samples.length, packet);
  }
  return packet;
}

const timestampStep = (frameMs: number): number => (frameMs * OPUS_CLOCK_RATE) / 1000;

const encoderOf: Readonly<Record<Band, () => FrameEncoder>> = {
  narrow: () => new OpusEncoder('narrow'),
  full: () => new OpusEncoder('full'),
};

function write(payload: Uint8Array, packet: Uint8Array): number {
  packet.set(payload, RTP_HEADER_BYTES);
  return payload.length;
}

/** The sound of a meeting client: its meeting, in packets that all who hear the same share, else silence. */
export class FullSound implements LegSound {
  readonly timestampStep: number;
  readonly payloadBytes = 0;
  readonly #silence: Uint8Array;
  #silentFrames = FORGOTTEN_AFTER;

  constructor(frameMs: number) {
    this.timestampStep = timestampStep(frameMs);
    this.#silence = silence('full', frameMs);
  }

  fill(packet: Uint8Array, _before: Uint8Array, { mix }: Sources): number {
    this.#silentFrames = mix?.silent === false ? 0 : this.#silentFrames + 1;
    const sounds = this.#silentFrames <= FORGOTTEN_AFTER;
    return write((sounds && mix?.encoded?.(encoderOf.full)) || this.#silence, packet);
  }

  recall(): void {}

  measure(): void {}

  clear(): void {}

  pause(): void {}

  close(): void {}
}

/**
 * Encodes Opus for a narrow leg. Packets of the meeting are shared by all who hear the same; prompts, and the changes between them, come
 * from an encoder of the leg's own. A decoder may join our streams at any packet, so the far end hears no seam.
 */
export class NarrowOpusEncoder implements NarrowEncoder {
  readonly frameSamples: number;
  readonly timestampStep: number;
  readonly payloadBytes = 0;
  readonly #history = new Int16Array(HISTORY_SAMPLES);
  readonly #none: Int16Array;
  readonly #silence: Uint8Array;
  #encoder: OpusEncoder | undefined;
  /** Whether `#encoder` has encoded the last frame. */
  #follows = false;
  #silentFrames = FORGOTTEN_AFTER;

  constructor(frameMs: number) {
    this.frameSamples = frameSamples('narrow', frameMs);
    this.timestampStep = timestampStep(frameMs);
    this.#none = new Int16Array(this.frameSamples);
    this.#silence = silence('narrow', frameMs);
  }

  encode(samples: Int16Array, packet: Uint8Array): number {
    this.#silentFrames = 0;
    return write(this.#encodeOwn(samples), packet);
  }

  encodeMix(mix: HeardMix, packet: Uint8Array): number {
    if (!mix.encoded) return this.encode(mix.samples, packet);
    this.#silentFrames = 0;
    this.#follows = false;
    this.#remember(mix.samples);
    return write(mix.encoded(encoderOf.narrow), packet);
  }

  encodeSilence(packet: Uint8Array): number {
    if (this.#silentFrames < FORGOTTEN_AFTER) {
      this.#silentFrames++;
      return write(this.#encodeOwn(this.#none), packet);
    }
    this.#follows = false;
    this.#history.fill(0);
    return write(this.#silence, packet);
  }

  recall(_older: Uint8Array, _newer: Uint8Array, out: Int16Array): void {
    out.set(this.#history);
  }

  measure(_older: Uint8Array, _newer: Uint8Array, meter: SoundMeter): void {
    meter.samples(this.#history);
  }

  close(): void {
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  #encodeOwn(samples: Int16Array): Uint8Array {
    this.#encoder ??= new OpusEncoder('narrow');
    if (!this.#follows) {
      this.#encoder.reset();
      this.#encoder.encode(this.#history.slice(-this.frameSamples));
      this.#follows = true;
    }
    this.#remember(samples);
    return this.#encoder.encode(samples);
  }

  #remember(samples: Int16Array): void {
    this.#history.copyWithin(0, this.frameSamples);
    this.#history.set(samples, HISTORY_SAMPLES - this.frameSamples);
  }
}

/** Decodes a leg's Opus at the sample rate of its band. */
export class OpusVoiceDecoder implements VoiceDecoder {
  readonly clockRate = OPUS_CLOCK_RATE;
  readonly #band: Band;
  #stream: OpusStream | undefined;
  /** Decodes packets that nobody listens to, for their level. */
  #gauge: OpusDecoder | undefined;
  /** How much voice may still be decoded at `#budgetAtMs`, ms. */
  #budgetMs = BURST_MS;
  #budgetAtMs = 0;

  constructor(band: Band) {
    this.#band = band;
  }

  put(header: RtpHeader, bytes: Uint8Array, jitter: JitterBuffer, nowMs: number): boolean {
    if (header.payloadEnd <= header.payloadStart) return true;
    this.#budgetMs = Math.min(BURST_MS, this.#budgetMs + MAX_PACE * (nowMs - this.#budgetAtMs));
    this.#budgetAtMs = nowMs;
    if (this.#budgetMs <= 0) return false;
    const payload = bytes.subarray(header.payloadStart, header.payloadEnd);
    // Damaged packets cost time as well.
    this.#budgetMs -= opusSamples(payload, OPUS_CLOCK_RATE) / (OPUS_CLOCK_RATE / 1000) || FRAME_MS;
    this.#stream ??= new OpusStream(this.#band);
    return this.#stream.put(header.timestamp, payload, nowMs, jitter);
  }

  measure(header: RtpHeader, bytes: Uint8Array, meter: SoundMeter): void {
    this.#gauge ??= new OpusDecoder(this.#band);
    const samples = this.#gauge.decode(bytes.subarray(header.payloadStart, header.payloadEnd));
    if (samples) meter.samples(samples);
  }

  settle(jitter: JitterBuffer, frameMs: number): void {
    this.#stream?.settle(jitter, frameMs);
  }

  reset(): void {
    this.#stream?.reset();
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#gauge?.close();
    this.#gauge = undefined;
  }
}
