import { DtmfDetector, decodeG711, type G711, TELEPHONE_RATE } from '#audio';
import { type RtpHeader, VoiceClock } from '#rtp';

/**
 * How long a missing packet is waited for once a later one has arrived, ms. A key may be reported later than
 * voice may be played.
 */
const PATIENCE_MS = 120;
/** The most packets that wait for a missing one. */
const MOST_WAITING = 32;
/** A sequence number further off than this begins another stream (RFC 3550 appendix A.1: MAX_MISORDER). */
const MAX_MISORDER = 100;
/**
 * The shortest pause between two keys (ITU-T Q.24), and the length of silence the detector hears in place of
 * any longer gap, samples. Both are long enough to end a key.
 */
const PAUSE = 320;
const HEARD_PAUSE = 320;
/**
 * A gap of up to this many samples that lost packets leave is filled by repeating the sound before it; a
 * longer gap is heard as a pause.
 */
const MOST_REPEATED = 480;
const SILENCE = new Int16Array(HEARD_PAUSE);

interface Packet {
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly samples: Int16Array;
}

/**
 * Hears keys in G.711 sound as it was sent: packets in sequence, each once, however late they arrive. The
 * sound that is played omits packets that arrive too late, and with them part of a key or all of it.
 */
export class ArrivingTones {
  readonly #detector = new DtmfDetector();
  readonly #clock = new VoiceClock(TELEPHONE_RATE);
  #waiting: Packet[] = [];
  #waitingSinceMs = 0;
  /** The last packet that was heard. */
  #last: Packet | undefined;

  /** The key that is being heard now, or ''. */
  get key(): string {
    return this.#detector.key;
  }

  /**
   * Takes a packet of voice, or of anything else that shares its sequence numbers.
   * @returns the keys that begin.
   */
  put(header: RtpHeader, bytes: Uint8Array, codec: G711 | undefined, nowMs: number): string {
    const { sequenceNumber, payloadStart, payloadEnd } = header;
    const samples = new Int16Array(codec ? payloadEnd - payloadStart : 0);
    if (codec) decodeG711(codec, bytes, payloadStart, samples.length, samples, 0);
    const timestamp =
      samples.length > 0
        ? this.#clock.timestampOf(sequenceNumber, header.timestamp, samples.length, nowMs)
        : header.timestamp;
    const packet = { sequenceNumber, timestamp, samples };
    const ahead = this.#last ? ((sequenceNumber - this.#last.sequenceNumber) << 16) >> 16 : 1;
    if (Math.abs(ahead) > MAX_MISORDER) return this.#beginAnew(packet);
    // Already heard, given up, or already waiting.
    if (ahead <= 0 || this.#waiting.some((other) => other.sequenceNumber === sequenceNumber)) return '';
    if (ahead === 1) return this.#hear(packet) + this.#goOn(nowMs);
    if (this.#waiting.length === 0) this.#waitingSinceMs = nowMs;
    this.#waiting.push(packet);
    return this.#waiting.length > MOST_WAITING ? this.#giveUp(nowMs) : '';
  }

  /**
   * To be called as time passes.
   * @returns the keys that begin in packets that had waited for a missing one, now given up.
   */
  settle(nowMs: number): string {
    const over = this.#waiting.length > 0 && nowMs - this.#waitingSinceMs >= PATIENCE_MS;
    return over ? this.#giveUp(nowMs) : '';
  }

  /** To be called when nothing arrives any more. */
  hearSilence(): void {
    this.#detector.hear(SILENCE);
  }

  /** To be called when another stream begins. */
  reset(): void {
    this.#waiting = [];
    this.#last = undefined;
    this.#clock.reset();
  }

  #beginAnew(packet: Packet): string {
    this.#waiting = [];
    this.#last = undefined;
    this.#detector.hear(SILENCE);
    return this.#hear(packet);
  }

  /** Hears the waiting packets that directly follow the last one heard. */
  #goOn(nowMs: number): string {
    let keys = '';
    for (;;) {
      const next = ((this.#last?.sequenceNumber ?? 0) + 1) & 0xffff;
      const at = this.#waiting.findIndex(({ sequenceNumber }) => sequenceNumber === next);
      if (at < 0) break;
      keys += this.#waiting.splice(at, 1).map((packet) => this.#hear(packet));
      this.#waitingSinceMs = nowMs;
    }
    return keys;
  }

  /** The missing packets are lost: the sound before them is taken to have continued. */
  #giveUp(nowMs: number): string {
    const last = this.#last;
    if (!last) return '';
    const distance = ({ sequenceNumber }: Packet) => (sequenceNumber - last.sequenceNumber) & 0xffff;
    const nearest = this.#waiting.reduce((one, other) => (distance(other) < distance(one) ? other : one));
    this.#waiting.splice(this.#waiting.indexOf(nearest), 1);
    this.#waitingSinceMs = nowMs;
    const missing = ((nearest.timestamp - last.timestamp) | 0) - last.samples.length;
    let keys = '';
    if (missing > 0 && missing <= MOST_REPEATED && last.samples.length > 0) {
      for (let left = missing; left > 0; left -= last.samples.length)
        keys += this.#detector.hear(last.samples.subarray(0, left));
      this.#last = { ...last, timestamp: nearest.timestamp - last.samples.length };
    }
    return keys + this.#hear(nearest) + this.#goOn(nowMs);
  }

  #hear(packet: Packet): string {
    const last = this.#last;
    // A packet without sound takes up a sequence number but no time.
    if (packet.samples.length === 0) {
      this.#last = { ...(last ?? packet), sequenceNumber: packet.sequenceNumber };
      return '';
    }
    const gap =
      last && last.samples.length > 0 ? ((packet.timestamp - last.timestamp) | 0) - last.samples.length : 0;
    this.#last = packet;
    let keys = '';
    if (gap >= PAUSE) keys += this.#detector.hear(SILENCE);
    return keys + this.#detector.hear(packet.samples);
  }
}
