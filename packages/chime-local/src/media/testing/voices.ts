import { decodeG711, encodeG711, g711, tone, toneLevelDbfs } from '#audio';
import { type Band, FORMS } from '#conference';
import { createRtpHeader, readRtpHeader, writeRtpPacket } from '#rtp';
import { OpusDecoder, OpusEncoder } from '../codecs/opus.ts';
import type { LegCodec } from '../media-edge.ts';

/** RTP timestamp units per frame of 20 ms. */
const CLOCK_STEP: Readonly<Record<LegCodec, number>> = { PCMU: 160, PCMA: 160, opus: 960 };

/** The most packets per second: those of 10 ms. */
const MOST_PACKETS = 100;
/** Packets decoded before those of interest, so that the decoder has their history. */
const RUN_UP = 3;

export interface HeardPacket {
  marker: boolean;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  payload: Uint8Array;
}

/** For tests: listens to a leg's packets. */
export class PacketListener {
  readonly band: Band;
  readonly codec: LegCodec;
  readonly packets: HeardPacket[] = [];
  readonly #header = createRtpHeader();
  readonly #decoder: OpusDecoder | undefined;

  constructor(band: Band, codec: LegCodec) {
    this.band = band;
    this.codec = codec;
    this.#decoder = codec === 'opus' ? new OpusDecoder(band) : undefined;
  }

  hear(packet: Uint8Array): void {
    const fault = readRtpHeader(packet, this.#header);
    if (fault) throw new Error(`the media edge sent something that is not RTP: ${fault}`);
    const { marker, payloadType, sequenceNumber, timestamp, ssrc, payloadStart, payloadEnd } = this.#header;
    const payload = packet.slice(payloadStart, payloadEnd);
    this.packets.push({ marker, payloadType, sequenceNumber, timestamp, ssrc, payload });
  }

  /** The last `seconds` of what was heard, as one array. */
  lately(seconds: number): Int16Array {
    const most = Math.round(seconds * MOST_PACKETS);
    this.#decoder?.reset();
    const frames = this.packets.slice(-most - RUN_UP).map(({ payload }) => this.#decode(payload));
    const count = Math.round((seconds * FORMS[this.band].sampleRate) / (frames.at(-1)?.length ?? 1));
    return Int16Array.from(frames.slice(-count).flatMap((frame) => [...frame]));
  }

  /** The level of a tone within the last `seconds`, dBFS. */
  level(hz: number, seconds = 0.2): number {
    return toneLevelDbfs(this.lately(seconds), hz, FORMS[this.band].sampleRate);
  }

  /** Which of those tones were heard within the last `seconds`. */
  tones(hz: readonly number[], seconds = 0.2): number[] {
    return hz.filter((each) => this.level(each, seconds) > -45);
  }

  #decode(payload: Uint8Array): Int16Array {
    if (this.#decoder) {
      const samples = this.#decoder.decode(payload);
      if (!samples) throw new Error('the media edge sent something that is not Opus');
      return samples.slice();
    }
    const samples = new Int16Array(payload.length);
    decodeG711(g711(this.codec === 'opus' ? 'PCMU' : this.codec), payload, 0, samples.length, samples);
    return samples;
  }
}

/** For tests: sings a tone, as a stream of packets. */
export class Singer {
  readonly #hz: number;
  readonly #codec: LegCodec;
  readonly #payloadType: number;
  readonly #ssrc = 1 + Math.floor(Math.random() * 0xffff_fff0);
  readonly #encoder: OpusEncoder | undefined;
  readonly #timestamp = Math.floor(Math.random() * 2 ** 32);
  #sent = 0;

  constructor(hz: number, codec: LegCodec, payloadType: number) {
    this.#hz = hz;
    this.#codec = codec;
    this.#payloadType = payloadType;
    this.#encoder = codec === 'opus' ? new OpusEncoder('full') : undefined;
  }

  /** The next packet of the stream. */
  next(): Uint8Array {
    const { frameSamples, sampleRate } = FORMS[this.#encoder ? 'full' : 'narrow'];
    const samples = tone(this.#hz, frameSamples, sampleRate, 5_000, this.#sent * frameSamples);
    return this.packet(this.#payloadType, this.#encode(samples), this.clock, this.#sent === 0);
  }

  /** The RTP timestamp of the next packet. */
  get clock(): number {
    return (this.#timestamp + this.#sent * CLOCK_STEP[this.#codec]) >>> 0;
  }

  packet(payloadType: number, payload: Uint8Array, timestamp: number, marker = false): Uint8Array {
    const sequenceNumber = ++this.#sent & 0xffff;
    return writeRtpPacket({ marker, payloadType, sequenceNumber, timestamp, ssrc: this.#ssrc, payload });
  }

  #encode(samples: Int16Array): Uint8Array {
    if (this.#encoder) return this.#encoder.encode(samples);
    const codes = new Uint8Array(samples.length);
    encodeG711(g711(this.#codec === 'opus' ? 'PCMU' : this.#codec), samples, 0, samples.length, codes);
    return codes;
  }
}
