import { encodeG711, g711, tone } from '#audio';
import { type Band, FORMS } from '#conference';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#rtp';
import { OpusEncoder } from '../../packages/chime-local/src/media/codecs/opus.ts';

/** What a far end sends. */
export type Says = 'tone' | 'silence' | 'nothing';

/** Length of a packet in ms: the usual one of telephones, and the one that browsers are asked for. */
export const PACKET_MS = { narrow: 20, full: 10 } as const;
/** RTP timestamp units in a packet. */
const STEP = { narrow: 160, full: 480 } as const;
/** Payload types that the far ends' session descriptions name. */
const PAYLOAD_TYPE = { narrow: 0, full: 111 } as const;
const LARGEST_PAYLOAD = 400;

const VOICE_HZ = 400;
const VOICE_AMPLITUDE = 5_000;
/** Packets of a voice: a tone with a whole number of periods in a packet, so that it repeats without a break. */
const VOICE_PACKETS = 10;

/** A beep: loud, and its first sample is the first of a packet. */
const BEEP_HZ = 1_000;
export const BEEP_AMPLITUDE = 12_000;
const BEEP_MS = 40;
/** Packets of silence around what is encoded, so that the codec's state is as in a stream. */
const AROUND = 4;

interface Payloads {
  silence: Uint8Array;
  tone: Uint8Array[];
  beep: Uint8Array[];
}

/** PCMU for the narrow band, Opus for the full one; encoded once for all far ends. */
const prepared: Partial<Record<Band, Payloads>> = {};

/** Samples in a packet. */
const samplesOf = (band: Band): number => (FORMS[band].sampleRate * PACKET_MS[band]) / 1_000;

function packets(hz: number, band: Band, count: number, amplitude: number): Int16Array[] {
  const samples = samplesOf(band);
  return Array.from({ length: count }, (_, n) =>
    tone(hz, samples, FORMS[band].sampleRate, amplitude, n * samples),
  );
}

function payloadsOf(band: Band): Payloads {
  const known = prepared[band];
  if (known) return known;
  const encode = encoderOf(band);
  const still = Array.from({ length: AROUND }, () => new Int16Array(samplesOf(band)));
  const encodeAll = (sound: Int16Array[]) => sound.map(encode);
  encodeAll(still);
  const beep = encodeAll([...packets(BEEP_HZ, band, BEEP_MS / PACKET_MS[band], BEEP_AMPLITUDE), ...still]);
  const silence = beep.at(-1) as Uint8Array;
  const voice = encodeAll(packets(VOICE_HZ, band, 2 * VOICE_PACKETS, VOICE_AMPLITUDE)).slice(VOICE_PACKETS);
  const payloads = { silence, tone: voice, beep };
  prepared[band] = payloads;
  return payloads;
}

function encoderOf(band: Band): (samples: Int16Array) => Uint8Array {
  if (band === 'full') {
    const encoder = new OpusEncoder('full');
    return (samples) => Uint8Array.from(encoder.encode(samples));
  }
  return (samples) => {
    const codes = new Uint8Array(samples.length);
    encodeG711(g711('PCMU'), samples, 0, samples.length, codes);
    return codes;
  };
}

/** One far end's stream of packets, encoded in advance: it costs little more than sending. */
export class PreparedVoice {
  says: Says = 'nothing';
  readonly #band: Band;
  readonly #payloads: Payloads;
  readonly #packet = new Uint8Array(RTP_HEADER_BYTES + LARGEST_PAYLOAD);
  readonly #ssrc = 1 + Math.floor(Math.random() * 0xffff_fff0);
  #sent = 0;
  #beep = Number.POSITIVE_INFINITY;

  constructor(band: Band) {
    this.#band = band;
    this.#payloads = payloadsOf(band);
  }

  /** Starts a beep with the next packet. */
  beep(): void {
    this.#beep = 0;
  }

  /** Returns the next packet, `PACKET_MS` long; the next call overwrites it. */
  next(): Uint8Array {
    const payload = this.#payload();
    writeRtpHeader(this.#packet, {
      marker: this.#sent === 0,
      payloadType: PAYLOAD_TYPE[this.#band],
      sequenceNumber: this.#sent & 0xffff,
      timestamp: (this.#sent * STEP[this.#band]) >>> 0,
      ssrc: this.#ssrc,
    });
    this.#packet.set(payload, RTP_HEADER_BYTES);
    this.#sent++;
    return this.#packet.subarray(0, RTP_HEADER_BYTES + payload.length);
  }

  #payload(): Uint8Array {
    const { silence, tone: voice, beep } = this.#payloads;
    if (this.#beep < beep.length) return beep[this.#beep++] as Uint8Array;
    return this.says === 'tone' ? (voice[this.#sent % voice.length] as Uint8Array) : silence;
  }
}
