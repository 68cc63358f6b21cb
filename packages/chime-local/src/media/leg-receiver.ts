import { continueSound, DtmfDetector, PCMA, PCMU, pitchPeriod } from '#audio';
import type { FrameForm } from '#conference';
import {
  createRtpHeader,
  EventSources,
  JitterBuffer,
  looksLikeKeyEvent,
  Reception,
  type RtpHeader,
  readRtcp,
  readRtpHeader,
  VoiceSource,
} from '#rtp';
import { ArrivingTones } from './arriving-tones.ts';
import type { RemoteMedia } from './media-edge.ts';
import { MEASURED_MS, type SoundMeter } from './sound-levels.ts';
import type { VoiceDecoder } from './voice-decoder.ts';

/** Comfort noise (RFC 3389): a sign of life that is not decoded; its listener hears silence. */
const COMFORT_NOISE = 13;
/** The number of comfort noise before RFC 3551 (reserved in its table 4), which old gateways still send. */
const OLD_COMFORT_NOISE = 19;
/** The first dynamic payload type (RFC 3551 section 3). */
const FIRST_DYNAMIC = 96;
/** The voice stays out of the meeting for this long after the last packet of a key press, ms. */
const KEY_SILENCE_MS = 100;
/** A key that was detected in the sound ends after this long without sound, ms. */
const KEY_ENDS_AFTER_MS = 500;
/** Most packets that are held of a new source until the switch to it is sure: 320 ms in packets of 20 ms. */
const MAX_HELD = 16;

/** Scratch for the header of the packet that is being read, and for samples that the key detector hears. */
const header = createRtpHeader();
const fresh = new Int16Array(160);
const continuation = { pitchPeriod, continueSound };

/** What a packet holds. */
export type Content = 'voice' | 'event' | 'noise';

/**
 * What a packet of a leg holds, by what was negotiated; undefined if the packet is not the leg's. Key events of telephones are also
 * accepted under payload types that were not negotiated (never offered, or of another clock rate): some telephones send them so, and
 * nothing else looks like a key event.
 */
export function contentOf(remote: RemoteMedia, header: RtpHeader, bytes: Uint8Array): Content | undefined {
  const { payloadType } = header;
  if (payloadType === remote.payloadType || isOtherG711(remote, payloadType)) return 'voice';
  if (payloadType === remote.dtmfPayloadType) return 'event';
  if (payloadType === COMFORT_NOISE || payloadType === OLD_COMFORT_NOISE) return 'noise';
  if (payloadType < FIRST_DYNAMIC || remote.webRtc) return undefined;
  return looksLikeKeyEvent(bytes, header.payloadStart, header.payloadEnd) ? 'event' : undefined;
}

/**
 * The other of the two codecs of telephony, by its static number: what was agreed on before a re-INVITE may still come
 * (RFC 3264 section 8.3.2), and there are telephones that send what they like best.
 */
function isOtherG711({ webRtc, codec }: RemoteMedia, payloadType: number): boolean {
  return (
    !webRtc && codec !== 'opus' && (payloadType === PCMU.payloadType || payloadType === PCMA.payloadType)
  );
}

/** The codes of the sample 0 and of the one nearest to it, whatever the sign (ITU-T G.711). */
const PCMU_ZEROS = [0xff, 0x7f];
const PCMA_ZEROS = [0xd5, 0x55];

/** Whether a packet of G.711 holds digital silence, which no microphone gives. */
function isDigitalSilence({ payloadType, payloadStart, payloadEnd }: RtpHeader, bytes: Uint8Array): boolean {
  const zeros =
    payloadType === PCMU.payloadType ? PCMU_ZEROS : payloadType === PCMA.payloadType ? PCMA_ZEROS : [];
  for (let at = payloadStart; at < payloadEnd; at++) if (!zeros.includes(bytes[at]!)) return false;
  return true;
}

/** The receiving side of a leg: its voice, after the jitter buffer, and the keys that were pressed. */
export class LegReceiver {
  readonly #jitter: JitterBuffer;
  readonly #events = new EventSources();
  readonly #voice = new VoiceSource();
  readonly #form: FrameForm;
  #held: { bytes: Uint8Array; atMs: number }[] = [];
  #reception: Reception;
  #decoder: VoiceDecoder;
  #remote: RemoteMedia | undefined;
  #keySilenceUntil = 0;
  /** Whether the last sound, which concealment continues, was muted for a key. */
  #concealsMuted = false;
  #listening = false;
  /** Detects keys in the sound of a telephone that has negotiated no telephone events. */
  #detector: DtmfDetector | undefined;
  /** The same for G.711, in packets as they arrive. */
  #arriving: ArrivingTones | undefined;
  #tones = '';
  #idleMs = 0;
  #eventsCame = false;
  /** When the last event packet of a key came that was still pressed. */
  keyHeldMs = Number.NEGATIVE_INFINITY;

  readonly #meter: SoundMeter | undefined;
  /** How much of the voice is still to be measured in this level interval, ms. */
  #toMeasureMs: number;

  /** @param meter measures parts of the voice, whether anybody listens to it or not. Absent: levels are not measured. */
  constructor(form: FrameForm, decoder: VoiceDecoder, meter?: SoundMeter) {
    this.#form = form;
    this.#meter = meter;
    this.#toMeasureMs = meter ? MEASURED_MS : 0;
    this.#jitter = new JitterBuffer({ ...form, continuation });
    this.#decoder = decoder;
    this.#reception = new Reception(decoder.clockRate);
  }

  get reception(): Reception {
    return this.#reception;
  }

  /** Voice so far that was concealed because it did not come in time, ms. */
  get concealedMs(): number {
    return (this.#jitter.concealedSamples * 1_000) / this.#form.sampleRate;
  }

  /** Packets so far that came too late to be heard. */
  get latePackets(): number {
    return this.#jitter.late;
  }

  get decoder(): VoiceDecoder {
    return this.#decoder;
  }

  /** Sets what was negotiated, and its decoder. */
  connect(remote: RemoteMedia, decoder: VoiceDecoder): void {
    // A far end that no longer offers events may send tones from now on.
    if (this.#remote?.dtmfPayloadType !== undefined && remote.dtmfPayloadType === undefined) {
      this.#eventsCame = false;
    }
    this.#remote = remote;
    const needed =
      remote.dtmfPayloadType === undefined && !this.#eventsCame && this.#form.sampleRate === 8_000;
    const asItArrives = decoder.g711Of !== undefined;
    if (!needed || asItArrives) this.#detector = undefined;
    else this.#detector ??= new DtmfDetector();
    if (!needed || !asItArrives) this.#arriving = undefined;
    else this.#arriving ??= new ArrivingTones();
    if (decoder === this.#decoder) return;
    if (decoder.clockRate !== this.#decoder.clockRate) this.#reception = new Reception(decoder.clockRate);
    this.#decoder.close();
    this.#decoder = decoder;
    this.#jitter.reset();
  }

  /** Whether its sound is searched for keys. It is decoded then, even if nobody else listens. */
  get hearsKeys(): boolean {
    return this.#detector !== undefined || this.#arriving !== undefined;
  }

  /** The keys that were detected in the sound since the last call, in order. */
  takeTones(): string {
    const keys = this.#tones;
    this.#tones = '';
    return keys;
  }

  close(): void {
    this.#decoder.close();
  }

  /** Begins a level interval: the first sound in it is measured. */
  beginLevel(): void {
    if (this.#meter) this.#toMeasureMs = MEASURED_MS;
  }

  /** Sets whether anybody listens to the voice. Packets are decoded only then. */
  listen(listening: boolean): void {
    if (listening !== this.#listening) {
      this.#held = [];
      this.#jitter.reset();
      this.#decoder.reset();
      this.#arriving?.reset();
    }
    this.#listening = listening;
  }

  /**
   * Takes an RTP packet of the far end. Packets that are not of this leg are refused.
   * @returns the keys that begin with this packet, mostly none; undefined if it is refused.
   */
  rtp(bytes: Uint8Array, nowMs: number): string | undefined {
    const remote = this.#remote;
    if (!remote || readRtpHeader(bytes, header)) return undefined;
    const content = contentOf(remote, header, bytes);
    if (content === undefined) return undefined;
    if (content === 'voice') return this.#hear(bytes, nowMs);
    this.#count(nowMs);
    if (header.ssrc === this.#voice.ssrc) this.#hearArrived(bytes, nowMs);
    return content === 'event' ? this.#key(bytes, nowMs) : '';
  }

  /** Takes an RTCP compound of the far end. Returns false if it is refused. Feedback that has no use here is ignored. */
  rtcp(bytes: Uint8Array, nowMs: number): boolean {
    const reading = readRtcp(bytes, true);
    if ('fault' in reading) return false;
    for (const packet of reading.packets) {
      if (packet.kind === 'sender-report' && packet.ssrc === this.#voice.ssrc) {
        this.#reception.noteSenderReport(packet, nowMs);
      }
    }
    return true;
  }

  /** Reads the next frame of voice into `out`. Returns false if there is none; `out` must not be used then. */
  take(nowMs: number, out: Int16Array): boolean {
    const frameMs = (out.length * 1_000) / this.#form.sampleRate;
    this.#decoder.settle(this.#jitter, frameMs);
    const outcome = this.#jitter.take(nowMs, out);
    this.#idleMs = outcome === 'idle' ? this.#idleMs + frameMs : 0;
    this.#hearTones(nowMs);
    this.#tones += this.#arriving?.settle(nowMs) ?? '';
    if (this.#idleMs >= KEY_ENDS_AFTER_MS) {
      this.#detector?.hear(out);
      this.#arriving?.hearSilence();
    }
    const isMuted = nowMs < this.#keySilenceUntil;
    // What conceals a gap continues the muted sound, so it stays muted until sound arrives again.
    if (isMuted || outcome === 'sound') this.#concealsMuted = isMuted;
    if (isMuted) return false;
    const hasSound = outcome === 'sound' || (outcome === 'concealed' && !this.#concealsMuted);
    if (hasSound && this.#toMeasureMs > 0) {
      this.#toMeasureMs -= frameMs;
      this.#meter?.samples(out);
    }
    return hasSound;
  }

  #hear(bytes: Uint8Array, nowMs: number): string | undefined {
    const verdict = this.#voice.judge(header, nowMs, () => isDigitalSilence(header, bytes));
    if (verdict === 'hold') {
      if (this.#voice.held === 1) this.#held = [];
      if (this.#listening && this.#held.length < MAX_HELD) {
        this.#held.push({ bytes: bytes.slice(), atMs: nowMs });
      }
      return '';
    }
    if (verdict === 'switch') this.#switch();
    this.#count(nowMs);
    if (!this.#listening) {
      if (this.#meter && this.#toMeasureMs > 0) {
        // One packet only: to decode all packets of Opus would cost as much as to listen.
        this.#toMeasureMs = 0;
        this.#decoder.measure(header, bytes, this.#meter);
      }
      return '';
    }
    const isWhole = this.#decoder.put(header, bytes, this.#jitter, nowMs);
    if (this.#decoder.g711Of) this.#hearArrived(bytes, nowMs);
    else this.#hearTones(nowMs);
    return isWhole ? '' : undefined;
  }

  /** Switches to another source, beginning with the first of its packets that were held. */
  #switch(): void {
    this.#jitter.reset();
    this.#decoder.reset();
    this.#arriving?.reset();
    const held = this.#held;
    this.#held = [];
    if (held.length === 0) return;
    const current = { ...header };
    for (const { bytes, atMs } of held) {
      const isOther = readRtpHeader(bytes, header) || (header.ssrc !== current.ssrc && !this.#voice.roams);
      if (isOther) continue;
      this.#decoder.put(header, bytes, this.#jitter, atMs);
      this.#hearArrived(bytes, atMs);
    }
    Object.assign(header, current);
  }

  /** Counts the packet for reception reports: packets of the voice's source, or of any source before there is a voice. */
  #count(nowMs: number): void {
    const { ssrc } = this.#voice;
    if (ssrc >= 0 && header.ssrc !== ssrc) return;
    this.#reception.count(header.ssrc, header.sequenceNumber, header.timestamp, nowMs);
  }

  #key(bytes: Uint8Array, nowMs: number): string {
    const { ssrc, payloadStart, payloadEnd } = header;
    const known = this.#voice.ssrc < 0 || ssrc === this.#voice.ssrc;
    const keys = this.#events.read(header, known, bytes, payloadStart, payloadEnd, header, nowMs);
    if (this.#events.believes(header)) {
      this.#keySilenceUntil = nowMs + KEY_SILENCE_MS + this.#jitter.bufferedMs;
      this.#eventsCame = true;
      if (this.#events.isPressed(header)) this.keyHeldMs = nowMs;
    }
    return keys;
  }

  /** Searches a packet for keys. Packets without sound count as well: they share the sequence numbers of the sound. */
  #hearArrived(bytes: Uint8Array, nowMs: number): void {
    const arriving = this.#arriving;
    if (!arriving || this.#needsNoTones(arriving.key)) return;
    const voice = contentOf(this.#remote!, header, bytes) === 'voice';
    this.#tones += arriving.put(header, bytes, voice ? this.#decoder.g711Of?.(header) : undefined, nowMs);
    this.#muteWhile(arriving.key, nowMs);
  }

  /** Whether tones need not be detected: a phone that has sent an event sends no tones, and a voice could be mistaken for a key. */
  #needsNoTones(key: string): boolean {
    if (!this.#eventsCame || key !== '') return false;
    this.#arriving = undefined;
    this.#detector = undefined;
    return true;
  }

  #muteWhile(key: string, nowMs: number): void {
    if (key !== '') this.#keySilenceUntil = nowMs + KEY_SILENCE_MS + this.#jitter.bufferedMs;
  }

  /** Detects keys in what arrives, not in what is played: after a stall, playout skips what piled up, perhaps a whole key. */
  #hearTones(nowMs: number): void {
    const detector = this.#detector;
    if (!detector || this.#needsNoTones(detector.key)) return;
    for (let count = this.#jitter.arrived(fresh); count > 0; count = this.#jitter.arrived(fresh)) {
      this.#tones += detector.hear(count === fresh.length ? fresh : fresh.subarray(0, count));
    }
    this.#muteWhile(detector.key, nowMs);
  }
}
