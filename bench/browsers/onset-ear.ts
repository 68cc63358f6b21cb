import { decodeG711, g711 } from '#audio';
import { type Band, FORMS } from '#conference';
import { createRtpHeader, readRtpHeader } from '#rtp';
import { OpusDecoder } from '../../packages/chime-local/src/media/codecs/opus.ts';
import { BEEP_AMPLITUDE } from './prepared-voice.ts';

/** A sample of this amplitude after that much silence is the onset of a beep. */
const LOUD = BEEP_AMPLITUDE / 4;
const QUIET_MS = 150;

/** Detects beeps in the packets that a far end receives. */
export class OnsetEar {
  /** Time of each onset in ms: arrival of its packet, plus its place in the packet. */
  readonly onsetsMs: number[] = [];
  readonly #samplesPerMs: number;
  readonly #decode: (payload: Uint8Array) => Int16Array | undefined;
  readonly #header = createRtpHeader();
  #quiet = 0;

  constructor(band: Band) {
    this.#samplesPerMs = FORMS[band].sampleRate / 1_000;
    this.#decode = decoderOf(band);
  }

  hear(packet: Uint8Array, atMs: number): void {
    if (readRtpHeader(packet, this.#header)) return;
    const { payloadStart, payloadEnd } = this.#header;
    const samples = this.#decode(packet.subarray(payloadStart, payloadEnd)) ?? [];
    for (const [place, sample] of samples.entries()) {
      this.#quiet++;
      if (Math.abs(sample) < LOUD) continue;
      if (this.#quiet > QUIET_MS * this.#samplesPerMs) this.onsetsMs.push(atMs + place / this.#samplesPerMs);
      this.#quiet = 0;
    }
  }
}

function decoderOf(band: Band): (payload: Uint8Array) => Int16Array | undefined {
  if (band === 'full') {
    const decoder = new OpusDecoder('full');
    return (payload) => decoder.decode(payload);
  }
  const samples = new Int16Array(FORMS.narrow.frameSamples);
  return (payload) => {
    decodeG711(g711('PCMU'), payload, 0, Math.min(payload.length, samples.length), samples);
    return samples;
  };
}
