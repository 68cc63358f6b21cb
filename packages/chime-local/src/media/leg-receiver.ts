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
import type { SoundMeter } from './sound-levels.ts';
import type { VoiceDecoder } from './voice-decoder.ts';

/** Comfort noise (RFC 3389): a sign of life that needs no decoding, because silence is silence here. */
const COMFORT_NOISE = 13;
/** The same by its number before RFC 3551 (its table 4: "reserved"); old gateways send it still. */
const OLD_COMFORT_NOISE = 19;
/** The first payload type that an rtpmap may give a meaning to (RFC 3551 section 3). */
const FIRST_DYNAMIC = 96;
/** So long after the last packet of a key press the voice stays out of the meeting, ms. */
const KEY_SILENCE_MS = 100;
/** After so much without sound a key that is heard in the sound has ended, though nobody said so, ms. */
const KEY_ENDS_AFTER_MS = 500;
/** Packets of a source that may be the next that are kept until it is sure: 300 ms of 20 ms. */
const MAX_HELD = 16;

/** Scratch for the one packet that is being read, and for what is heard for keys. */
const header = createRtpHeader();
const fresh = new Int16Array(160);
const continuation = { pitchPeriod, continueSound };

/** What a packet holds. */
export type Content = 'voice' | 'event' | 'noise';

/**
 * What a packet of a leg holds, by what was negotiated; undefined when it is none of the leg's. A telephone's key events
 * are also taken under numbers that were not agreed on (never offered, or those of another clock rate): there are
 * telephones that send them so, and nothing else looks like one.
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

/** Whether a packet of G.711 holds nothing at all: no microphone is as silent. */
function isDigitalSilence({ payloadType, payloadStart, payloadEnd }: RtpHeader, bytes: Uint8Array): boolean {
  const zeros =
    payloadType === PCMU.payloadType ? PCMU_ZEROS : payloadType === PCMA.payloadType ? PCMA_ZEROS : [];
  for (let at = payloadStart; at < payloadEnd; at++) if (!zeros.includes(bytes[at]!)) return false;
  return true;
}

/** What a leg receives: its voice, evened out, and the keys that were pressed. */
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
  #listening = false;
  /** Hears keys in the sound of a telephone that has agreed on no other way. */
  #detector: DtmfDetector | undefined;
  /** The same where the codec is G.711. */
  #arriving: ArrivingTones | undefined;
  #tones = '';
  #idleMs = 0;
  #eventsCame = false;
  /** When the last event packet of a key came that had not been let go. */
  keyHeldMs = Number.NEGATIVE_INFINITY;

  readonly #meter: SoundMeter | undefined;

  /** @param meter measures what is said, listened to or not; absent: nobody wants to know. */
  constructor(form: FrameForm, decoder: VoiceDecoder, meter?: SoundMeter) {
    this.#form = form;
    this.#meter = meter;
    this.#jitter = new JitterBuffer({ ...form, continuation });
    this.#decoder = decoder;
    this.#reception = new Reception(decoder.clockRate);
  }

  get reception(): Reception {
    return this.#reception;
  }

  /** Voice that was guessed because it did not come in time, so far, ms. */
  get concealedMs(): number {
    return (this.#jitter.concealedSamples * 1_000) / this.#form.sampleRate;
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
    // Who took events back may have gone over to tones.
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

  /** Whether its sound is listened to for keys, also when nobody else takes it. */
  get hearsKeys(): boolean {
    return this.#detector !== undefined || this.#arriving !== undefined;
  }

  /** The keys heard in the sound since the last question, in order. */
  takeTones(): string {
    const keys = this.#tones;
    this.#tones = '';
    return keys;
  }

  close(): void {
    this.#decoder.close();
  }

  /** Whether anyone takes the voice. It is not decoded otherwise. */
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
   * Takes an RTP packet of the far end. Anything that is not a packet of this leg is refused.
   * @returns the keys that begin with it, mostly none; undefined when refused.
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

  /** Takes an RTCP compound of the far end. False when refused; feedback that we have no use for is passed over. */
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

  /** Takes the next frame of voice, as long as `out`. False when there is none; then `out` is not to be used. */
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
    if (nowMs < this.#keySilenceUntil) return false;
    const hasSound = outcome === 'sound' || outcome === 'concealed';
    if (hasSound) this.#meter?.samples(out);
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
      if (this.#meter) this.#decoder.measure(header, bytes, this.#meter);
      return '';
    }
    const isWhole = this.#decoder.put(header, bytes, this.#jitter, nowMs);
    if (this.#decoder.g711Of) this.#hearArrived(bytes, nowMs);
    else this.#hearTones(nowMs);
    return isWhole ? '' : undefined;
  }

  /** Another source is heard from now on, from the first of its packets that were kept back. */
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

  /** Reports tell of the voice's source, and before there is one of any. */
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

  /** Keys in a packet of G.711; also of what holds no sound and is numbered with it. */
  #hearArrived(bytes: Uint8Array, nowMs: number): void {
    const arriving = this.#arriving;
    if (!arriving || this.#needsNoTones(arriving.key)) return;
    const voice = contentOf(this.#remote!, header, bytes) === 'voice';
    this.#tones += arriving.put(header, bytes, voice ? this.#decoder.g711Of?.(header) : undefined, nowMs);
    this.#muteWhile(arriving.key, nowMs);
  }

  /** Who has sent an event once is heard that way: a voice must not be taken for a key without need. */
  #needsNoTones(key: string): boolean {
    if (!this.#eventsCame || key !== '') return false;
    this.#arriving = undefined;
    this.#detector = undefined;
    return true;
  }

  #muteWhile(key: string, nowMs: number): void {
    if (key !== '') this.#keySilenceUntil = nowMs + KEY_SILENCE_MS + this.#jitter.bufferedMs;
  }

  /** Keys are heard in what arrives, not in what is played: a stall leaves out what piled up, a whole key perhaps. */
  #hearTones(nowMs: number): void {
    const detector = this.#detector;
    if (!detector || this.#needsNoTones(detector.key)) return;
    for (let count = this.#jitter.arrived(fresh); count > 0; count = this.#jitter.arrived(fresh)) {
      this.#tones += detector.hear(count === fresh.length ? fresh : fresh.subarray(0, count));
    }
    this.#muteWhile(detector.key, nowMs);
  }
}
