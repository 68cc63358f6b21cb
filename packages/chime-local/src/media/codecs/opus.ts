/**
 * Opus (RFC 6716) as the media thread uses it: frames of 10 ms, mono. Packets of one mix may reach listeners
 * who heard another mix's packets before, so a decoder must be able to join our streams at any packet: they
 * use the low-delay mode (transform coding only, 2.5 ms of lookahead) without prediction from frame to frame.
 *
 * The library's WebAssembly build is used on purpose: the native one costs about the same and crashes the
 * process when a thread that loaded it ends. Bytes from strangers are also better decoded in a sandbox.
 */

import { Decoder, Encoder } from '@evan/opus/wasm/index.mjs';
import { type Band, FORMS, type FrameEncoder } from '#conference';

/**
 * Bit rate of each band, bit/s. Frames are coded without prediction, which takes half as much again for the
 * same quality, and frames of 10 ms take a sixteenth to an eighth more than those of 20 (there, 32,000 and
 * 64,000 gave the same quality to within half a decibel).
 */
const BITRATE: Readonly<Record<Band, number>> = { narrow: 36_000, full: 68_000 };
/** The encoder's effort, 0 to 10: it detects onsets from 1 on, and 4 to 7 only improve the prediction. */
const COMPLEXITY = 3;
/** The longest packet that is decoded, bytes: an Ethernet frame cannot hold more. */
export const MAX_OPUS_PACKET_BYTES = 1_500;
/** The longest packet, ms (RFC 6716 section 3.2.5). */
const MAX_PACKET_MS = 120;

/** Requests from `opus_defines.h`. */
const SET_BITRATE = 4002;
const SET_COMPLEXITY = 4010;
const RESET_STATE = 4028;
const SET_PREDICTION_DISABLED = 4042;

/** Encodes one stream in the given band. */
export class OpusEncoder implements FrameEncoder {
  readonly #encoder: Encoder;

  constructor(band: Band) {
    this.#encoder = new Encoder({
      channels: 1,
      sample_rate: FORMS[band].sampleRate,
      application: 'restricted_lowdelay',
    });
    this.#encoder.ctl(SET_COMPLEXITY, COMPLEXITY);
    this.#encoder.ctl(SET_BITRATE, BITRATE[band]);
    this.#encoder.ctl(SET_PREDICTION_DISABLED, 1);
  }

  encode(samples: Int16Array): Uint8Array {
    return this.#encoder.encode(samples);
  }

  reset(): void {
    this.#encoder.ctl(RESET_STATE);
  }

  /**
   * Frees the encoder's memory; it must not be used afterwards. An encoder that is merely dropped is freed
   * some time later.
   */
  close(): void {
    this.#encoder.drop();
  }
}

/** Decodes the packets of one stream to samples of the given band. */
export class OpusDecoder {
  readonly #decoder: Decoder;
  readonly #sampleRate: number;
  /** The number of packets so far that were not valid Opus. */
  damaged = 0;

  constructor(band: Band) {
    this.#sampleRate = FORMS[band].sampleRate;
    this.#decoder = new Decoder({ channels: 1, sample_rate: this.#sampleRate });
  }

  /**
   * The samples of the stream's next packet, 2.5 to 120 ms; undefined if it is damaged. Any bytes are
   * accepted.
   */
  decode(packet: Uint8Array): Int16Array | undefined {
    if (opusSamples(packet, this.#sampleRate) > 0) {
      try {
        const bytes = this.#decoder.decode(packet);
        return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
      } catch {
        // Counted below.
      }
    }
    this.damaged++;
    return undefined;
  }

  /** To be called when a new stream begins. */
  reset(): void {
    this.#decoder.ctl(RESET_STATE);
  }

  /**
   * Frees the decoder's memory; it must not be used afterwards. A decoder that is merely dropped is freed
   * some time later.
   */
  close(): void {
    this.#decoder.drop();
  }
}

/**
 * Length of each frame in a packet, ms, by the configuration number in the packet's first byte (RFC 6716
 * table 2).
 */
function frameMs(configuration: number): number {
  if (configuration < 12) return [10, 20, 40, 60][configuration & 3]!;
  if (configuration < 16) return configuration & 1 ? 20 : 10;
  return [2.5, 5, 10, 20][configuration & 3]!;
}

/**
 * How many samples a packet holds, according to its first bytes (RFC 6716 section 3.1); 0 if it cannot be
 * Opus.
 */
export function opusSamples(packet: Uint8Array, sampleRate: number): number {
  if (packet.length < 1 || packet.length > MAX_OPUS_PACKET_BYTES) return 0;
  const code = packet[0]! & 3;
  if (code === 3 && packet.length < 2) return 0;
  const frames = code === 0 ? 1 : code < 3 ? 2 : packet[1]! & 0x3f;
  const ms = frames * frameMs(packet[0]! >> 3);
  return ms > MAX_PACKET_MS ? 0 : (ms * sampleRate) / 1000;
}
