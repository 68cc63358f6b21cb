import { continueSound, type G711, PCMU, pitchPeriod } from '#audio';
import { JitterBuffer, makeRtpHeader, Reception, readRtcp, readRtpHeader, TelephoneEvents } from '#rtp';
import { FRAME_SAMPLES, SAMPLE_RATE } from './leg-sender.ts';
import { SourceLatch } from './source-latch.ts';

/** Comfort noise (RFC 3389): a sign of life that needs no decoding, because silence is silence here. */
const COMFORT_NOISE = 13;
/** So long after the last packet of a key press the voice stays out of the meeting, ms. */
const KEY_SILENCE_MS = 100;

/** Scratch for the one packet that is being read. */
const header = makeRtpHeader();
const continuation = { pitchPeriod, continueSound };

/** What a leg receives: its voice, evened out, and the keys that were pressed. */
export class LegReceiver {
  readonly latch = new SourceLatch();
  readonly reception = new Reception(SAMPLE_RATE);
  codec: G711 = PCMU;
  payloadType = 0;
  /** -1 when not negotiated. */
  keyPayloadType = -1;
  /** When the last packet of the leg came, and the last RTCP of it. */
  heardAtMs = 0;
  /** Where the far end's RTCP comes from, once heard from the address that RTP comes from; 0 before. */
  rtcpPort = 0;

  readonly #jitter = new JitterBuffer({ sampleRate: SAMPLE_RATE, frameSamples: FRAME_SAMPLES, continuation });
  readonly #keys = new TelephoneEvents();
  #ssrc = -1;
  #keySilenceUntil = 0;
  #listening = false;

  /** Whether anyone takes the voice. It is not decoded otherwise. */
  listen(listening: boolean): void {
    if (listening !== this.#listening) this.#jitter.reset();
    this.#listening = listening;
  }

  /**
   * Takes an RTP packet. Anything that is not a packet of this leg is refused.
   * @returns the keys that begin with it, mostly none; undefined when refused.
   */
  rtp(bytes: Uint8Array, address: string, port: number, nowMs: number): string | undefined {
    if (readRtpHeader(bytes, header)) return undefined;
    const type = header.payloadType;
    const isKey = type === this.keyPayloadType;
    if (!isKey && type !== this.payloadType && type !== COMFORT_NOISE) return undefined;
    if (!this.latch.accepts(address, port, header.ssrc, header.sequenceNumber)) return undefined;
    this.heardAtMs = nowMs;
    if (header.ssrc !== this.#ssrc) {
      this.#ssrc = header.ssrc;
      this.#jitter.reset();
      this.#keys.reset();
    }
    this.reception.count(header.ssrc, header.sequenceNumber, header.timestamp, nowMs);
    if (isKey) return this.#key(bytes, nowMs);
    if (type === this.payloadType && this.#listening) {
      const from = header.payloadStart;
      const count = header.payloadEnd - from;
      this.#jitter.putCodes(header.timestamp, bytes, from, count, this.codec.toLinear, nowMs);
    }
    return '';
  }

  /** Takes an RTCP compound. False when refused. */
  rtcp(bytes: Uint8Array, address: string, port: number, nowMs: number): boolean {
    if (address !== this.latch.address) return false;
    const reading = readRtcp(bytes, true);
    if ('fault' in reading) return false;
    this.heardAtMs = nowMs;
    this.rtcpPort = port;
    for (const packet of reading.packets) {
      if (packet.kind === 'sender-report' && packet.ssrc === this.#ssrc) {
        this.reception.noteSenderReport(packet, nowMs);
      }
    }
    return true;
  }

  /** Takes the next 20 ms of voice into `out`. False when there is none; then `out` is not to be used. */
  take(nowMs: number, out: Int16Array): boolean {
    const outcome = this.#jitter.take(nowMs, out);
    if (nowMs < this.#keySilenceUntil) return false;
    return outcome === 'sound' || outcome === 'concealed';
  }

  #key(bytes: Uint8Array, nowMs: number): string {
    this.#keySilenceUntil = nowMs + KEY_SILENCE_MS + this.#jitter.bufferedMs;
    return this.#keys.read(bytes, header.payloadStart, header.payloadEnd, header.timestamp, header.marker);
  }
}
