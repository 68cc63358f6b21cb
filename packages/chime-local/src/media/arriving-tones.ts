import { DtmfDetector, decodeG711, type G711, TELEPHONE_RATE } from '#audio';
import { type RtpHeader, VoiceClock } from '#rtp';

/** How long a packet that is missing is waited for once a later one has come, ms: nobody waits for a key as for a voice. */
const PATIENCE_MS = 120;
/** Packets that wait for one that is missing. */
const MOST_WAITING = 32;
/** Numbers further off than that are another stream's beginning (RFC 3550 appendix A.1: MAX_MISORDER). */
const MAX_MISORDER = 100;
/** The least pause between two keys (ITU-T Q.24), and as how much silence a longer one is heard, samples: enough to end a key. */
const PAUSE = 320;
const HEARD_PAUSE = 320;
/** So much of what is lost is heard as if the sound before it had gone on, samples; what is longer, as a pause. */
const MOST_REPEATED = 480;
const SILENCE = new Int16Array(HEARD_PAUSE);

interface Packet {
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly samples: Int16Array;
}

/**
 * Hears keys in the sound of G.711 as it was sent: in the order of its numbers, each packet once, however late it comes. What
 * is played leaves out what comes too late, and with it half a key, or all of it.
 */
export class ArrivingTones {
  readonly #detector = new DtmfDetector();
  readonly #clock = new VoiceClock(TELEPHONE_RATE);
  #waiting: Packet[] = [];
  #waitingSinceMs = 0;
  /** The packet that was heard last. */
  #last: Packet | undefined;

  /** The key that is heard now, or ''. */
  get key(): string {
    return this.#detector.key;
  }

  /** A packet has come, of voice or of anything else that is numbered with it. @returns the keys that begin. */
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
    // Heard already, given up, or here already.
    if (ahead <= 0 || this.#waiting.some((other) => other.sequenceNumber === sequenceNumber)) return '';
    if (ahead === 1) return this.#hear(packet) + this.#goOn(nowMs);
    if (this.#waiting.length === 0) this.#waitingSinceMs = nowMs;
    this.#waiting.push(packet);
    return this.#waiting.length > MOST_WAITING ? this.#giveUp(nowMs) : '';
  }

  /** Time has passed. @returns the keys that begin in what is waited for no longer. */
  settle(nowMs: number): string {
    const over = this.#waiting.length > 0 && nowMs - this.#waitingSinceMs >= PATIENCE_MS;
    return over ? this.#giveUp(nowMs) : '';
  }

  /** Nothing comes any more. */
  hearSilence(): void {
    this.#detector.hear(SILENCE);
  }

  /** Another stream begins. */
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

  /** Those that follow what was heard last. */
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

  /** What is missing is lost: the sound before it is taken to have gone on. */
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
    // What holds no sound takes a number, and no time.
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
