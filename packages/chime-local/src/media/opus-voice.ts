import { type Band, FORMS, FRAME_MS, type FrameEncoder, type Mix } from '#conference';
import { type JitterBuffer, RTP_HEADER_BYTES, type RtpHeader } from '#rtp';
import { OpusDecoder, OpusEncoder, opusSamples } from './codecs/opus.ts';
import { OPUS_CLOCK_RATE, OpusStream } from './codecs/opus-stream.ts';
import type { LegSound, Sources } from './leg-sound.ts';
import type { NarrowEncoder } from './narrow-sound.ts';
import { LEVEL_FRAMES, type SoundMeter } from './sound-levels.ts';
import type { VoiceDecoder } from './voice-decoder.ts';

const TIMESTAMP_STEP = 960;
/** Frames of silence after which an encoder has forgotten what it heard. */
const FORGOTTEN_AFTER = 2;

/** Voice that may come in one burst, ms: what a jitter buffer has room for. */
const BURST_MS = 400;
/** More than this times real time is not decoded for long: a far end that floods must not take the thread's time. */
const MAX_PACE = 2;

const silences: Partial<Record<Band, Uint8Array>> = {};

/** A packet of silence that follows on silence. */
function silence(band: Band): Uint8Array {
  let packet = silences[band];
  if (!packet) {
    const encoder = new OpusEncoder(band);
    const samples = new Int16Array(FORMS[band].frameSamples);
    for (let n = 0; n < FORGOTTEN_AFTER; n++) encoder.encode(samples);
    packet = Uint8Array.from(encoder.encode(samples));
    silences[band] = packet;
  }
  return packet;
}

const encoderOf: Readonly<Record<Band, () => FrameEncoder>> = {
  narrow: () => new OpusEncoder('narrow'),
  full: () => new OpusEncoder('full'),
};

function write(payload: Uint8Array, packet: Uint8Array): number {
  packet.set(payload, RTP_HEADER_BYTES);
  return payload.length;
}

/** What a meeting client hears: its meeting, in packets that it shares with all who hear the same, else silence. */
export class FullSound implements LegSound {
  readonly timestampStep = TIMESTAMP_STEP;
  readonly payloadBytes = 0;
  #silentFrames = FORGOTTEN_AFTER;

  fill(packet: Uint8Array, _before: Uint8Array, { mix }: Sources): number {
    this.#silentFrames = mix?.silent === false ? 0 : this.#silentFrames + 1;
    const sounds = mix !== undefined && this.#silentFrames <= FORGOTTEN_AFTER;
    return write(sounds ? mix.encoded(encoderOf.full) : silence('full'), packet);
  }

  recall(): void {}

  measure(): void {}

  pause(): void {}

  close(): void {}
}

/**
 * Opus to a narrow leg. The meeting comes in packets that all share who hear the same; prompts, and the changes between
 * them, come from an encoder of the leg's own. Our streams may be entered anywhere, so the far end hears no seam.
 */
export class NarrowOpusEncoder implements NarrowEncoder {
  readonly timestampStep = TIMESTAMP_STEP;
  readonly payloadBytes = 0;
  readonly #frame = FORMS.narrow.frameSamples;
  /** The last two frames. */
  readonly #history = new Int16Array(2 * this.#frame);
  readonly #none = new Int16Array(this.#frame);
  #encoder: OpusEncoder | undefined;
  /** The last frame is known to `#encoder`. */
  #follows = false;
  #silentFrames = FORGOTTEN_AFTER;

  encode(samples: Int16Array, packet: Uint8Array): number {
    this.#silentFrames = 0;
    return write(this.#encodeOwn(samples), packet);
  }

  encodeMix(mix: Mix, packet: Uint8Array): number {
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
    return write(silence('narrow'), packet);
  }

  recall(_older: Uint8Array, _newer: Uint8Array, out: Int16Array): void {
    out.set(this.#history);
  }

  measure(_packet: Uint8Array, meter: SoundMeter): void {
    meter.samples(this.#history, this.#frame);
  }

  close(): void {
    this.#encoder?.close();
    this.#encoder = undefined;
  }

  #encodeOwn(samples: Int16Array): Uint8Array {
    this.#encoder ??= new OpusEncoder('narrow');
    if (!this.#follows) {
      this.#encoder.reset();
      this.#encoder.encode(this.#history.slice(this.#frame));
      this.#follows = true;
    }
    this.#remember(samples);
    return this.#encoder.encode(samples);
  }

  #remember(samples: Int16Array): void {
    this.#history.copyWithin(0, this.#frame);
    this.#history.set(samples, this.#frame);
  }
}

/** Opus from a leg, decoded at the rate of the leg's band. */
export class OpusVoiceDecoder implements VoiceDecoder {
  readonly clockRate = OPUS_CLOCK_RATE;
  readonly #band: Band;
  #stream: OpusStream | undefined;
  /** Decodes for its level what nobody listens to. */
  #gauge: OpusDecoder | undefined;
  #toMeasure = 0;
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
    // What is damaged costs, too.
    this.#budgetMs -= opusSamples(payload, OPUS_CLOCK_RATE) / (OPUS_CLOCK_RATE / 1000) || FRAME_MS;
    this.#stream ??= new OpusStream(this.#band);
    return this.#stream.put(header.timestamp, payload, nowMs, jitter);
  }

  /** One packet of each level: all of them would cost as much as to listen. */
  measure(header: RtpHeader, bytes: Uint8Array, meter: SoundMeter): void {
    if (this.#toMeasure-- > 0) return;
    this.#toMeasure = LEVEL_FRAMES - 1;
    this.#gauge ??= new OpusDecoder(this.#band);
    const samples = this.#gauge.decode(bytes.subarray(header.payloadStart, header.payloadEnd));
    if (samples) meter.samples(samples);
  }

  settle(jitter: JitterBuffer): void {
    this.#stream?.settle(jitter);
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
