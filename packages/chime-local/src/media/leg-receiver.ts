import { continueSound, pitchPeriod } from '#audio';
import type { FrameForm } from '#conference';
import { JitterBuffer, makeRtpHeader, Reception, readRtcp, readRtpHeader, TelephoneEvents } from '#rtp';
import type { RemoteMedia } from './media-edge.ts';
import type { VoiceDecoder } from './voice-decoder.ts';

/** Comfort noise (RFC 3389): a sign of life that needs no decoding, because silence is silence here. */
const COMFORT_NOISE = 13;
/** So long after the last packet of a key press the voice stays out of the meeting, ms. */
const KEY_SILENCE_MS = 100;

/** Scratch for the one packet that is being read. */
const header = makeRtpHeader();
const continuation = { pitchPeriod, continueSound };

/** Whether a packet of that payload type is a leg's by what was negotiated. */
export function isPayloadOf(remote: RemoteMedia, payloadType: number): boolean {
  return (
    payloadType === remote.payloadType ||
    payloadType === remote.dtmfPayloadType ||
    payloadType === COMFORT_NOISE
  );
}

/** What a leg receives: its voice, evened out, and the keys that were pressed. */
export class LegReceiver {
  readonly #jitter: JitterBuffer;
  readonly #keys = new TelephoneEvents();
  readonly #sampleRate: number;
  #reception: Reception;
  #decoder: VoiceDecoder;
  #remote: RemoteMedia | undefined;
  #ssrc = -1;
  #keySilenceUntil = 0;
  #listening = false;

  constructor(form: FrameForm, decoder: VoiceDecoder) {
    this.#sampleRate = form.sampleRate;
    this.#jitter = new JitterBuffer({ ...form, continuation });
    this.#decoder = decoder;
    this.#reception = new Reception(decoder.clockRate);
  }

  get reception(): Reception {
    return this.#reception;
  }

  /** Voice that was guessed because it did not come in time, so far, ms. */
  get concealedMs(): number {
    return (this.#jitter.concealedSamples * 1_000) / this.#sampleRate;
  }

  /** Packets that came too late to be heard, so far. */
  get latePackets(): number {
    return this.#jitter.late;
  }

  get decoder(): VoiceDecoder {
    return this.#decoder;
  }

  /** What was negotiated, and what decodes it. */
  connect(remote: RemoteMedia, decoder: VoiceDecoder): void {
    this.#remote = remote;
    if (decoder === this.#decoder) return;
    if (decoder.clockRate !== this.#decoder.clockRate) {
      this.#reception = new Reception(decoder.clockRate);
      this.#ssrc = -1;
    }
    this.#decoder.close();
    this.#decoder = decoder;
    this.#jitter.reset();
  }

  close(): void {
    this.#decoder.close();
  }

  /** Whether anyone takes the voice. It is not decoded otherwise. */
  listen(listening: boolean): void {
    if (listening !== this.#listening) {
      this.#jitter.reset();
      this.#decoder.reset();
    }
    this.#listening = listening;
  }

  /**
   * Takes an RTP packet of the far end. Anything that is not a packet of this leg is refused.
   * @returns the keys that begin with it, mostly none; undefined when refused.
   */
  rtp(bytes: Uint8Array, nowMs: number): string | undefined {
    const remote = this.#remote;
    if (!remote || readRtpHeader(bytes, header)) return undefined;
    const type = header.payloadType;
    if (!isPayloadOf(remote, type)) return undefined;
    if (header.ssrc !== this.#ssrc) {
      this.#ssrc = header.ssrc;
      this.#jitter.reset();
      this.#decoder.reset();
      this.#keys.reset();
    }
    this.#reception.count(header.ssrc, header.sequenceNumber, header.timestamp, nowMs);
    if (type === remote.dtmfPayloadType) return this.#key(bytes, nowMs);
    if (type !== remote.payloadType || !this.#listening) return '';
    return this.#decoder.put(header, bytes, this.#jitter, nowMs) ? '' : undefined;
  }

  /** Takes an RTCP compound of the far end. False when refused; feedback that we have no use for is passed over. */
  rtcp(bytes: Uint8Array, nowMs: number): boolean {
    const reading = readRtcp(bytes, true);
    if ('fault' in reading) return false;
    for (const packet of reading.packets) {
      if (packet.kind === 'sender-report' && packet.ssrc === this.#ssrc) {
        this.#reception.noteSenderReport(packet, nowMs);
      }
    }
    return true;
  }

  /** Takes the next 20 ms of voice into `out`. False when there is none; then `out` is not to be used. */
  take(nowMs: number, out: Int16Array): boolean {
    this.#decoder.settle(this.#jitter);
    const outcome = this.#jitter.take(nowMs, out);
    if (nowMs < this.#keySilenceUntil) return false;
    return outcome === 'sound' || outcome === 'concealed';
  }

  #key(bytes: Uint8Array, nowMs: number): string {
    this.#keySilenceUntil = nowMs + KEY_SILENCE_MS + this.#jitter.bufferedMs;
    return this.#keys.read(bytes, header.payloadStart, header.payloadEnd, header.timestamp, header.marker);
  }
}
