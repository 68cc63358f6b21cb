/**
 * The jitter buffer of one stream: it takes samples as they arrive and returns an even stream of frames. It
 * neither reads a clock nor sets a timer: every call passes the time, in ms of any steadily running clock.
 *
 * Samples lie in a ring at the position that their timestamp gives, so that reordered packets and packets of
 * any length need no sorting, and duplicates do no harm. The depth follows the jitter (`DelayEstimate`): in
 * silence, single samples are skipped or repeated; in sound, whole pitch periods. This also absorbs the drift
 * between the clocks of the two ends over hours. Missing samples are concealed (`Concealment`).
 */

import { Concealment, type Continuation } from './concealment.ts';
import { DelayEstimate } from './delay-estimate.ts';

/** Least playout delay beyond the fastest packet, ms: half a frame, because timers are coarse. */
export const MIN_DELAY_MS = 10;
/**
 * Greatest playout delay, ms: later packets count as lost. More than 400 ms one way is unacceptable for
 * speech (ITU-T G.114).
 */
export const MAX_DELAY_MS = 240;
/** Added to the estimated jitter, ms: timers have a resolution of 1 ms, and ticks occasionally come late. */
const MARGIN_MS = 4;
/** Length of the played sound that is kept for concealment and for stretching, ms. */
const HISTORY_MS = 60;
/**
 * Room for sound that has arrived but has not been played, ms. A packet further ahead is a jump in the stream
 * or, if the stream continues without a gap, sound that has piled up during a stall.
 */
const ROOM_MS = 400;
/**
 * The share of that room that one packet may fill: 240 ms. RFC 3551 section 4.2 asks for 200. For longer
 * packets the room is enlarged.
 */
const LONGEST_SHARE = 0.6;
/**
 * The longest packet that is accepted, ms: a second of G.711 is 8000 bytes, five fragments on Ethernet. Our
 * own choice.
 */
const LONGEST_PACKET_MS = 1_000;
/**
 * A timestamp that deviates from the grid of the previous packets by less than this share of a packet is
 * moved onto it.
 */
const ON_GRID = 0.25;
/**
 * A jump of the stream while sound is left to play must be confirmed by a second packet near the first, ms.
 */
const JUMP_CONFIRM_MS = 200;
/** After this much concealed sound, a late packet is better played late than dropped, ms. */
const REANCHOR_AFTER_MS = 40;

/** Smaller deviations of the delay are not corrected, ms. */
const SLACK_MS = 2;
/** In sound, only delays that are too long or too short by more than this are corrected, ms. */
const SOUND_EXCESS_MS = 30;
const SOUND_SHORTAGE_MS = 5;
/** A delay that is too long by this much (after a stall) is cut at once, ms. */
const HARD_EXCESS_MS = 80;
/** The most that is skipped or repeated in one frame of silence, ms. */
const QUIET_STEP_MS = 20;
/**
 * The shortest gap that `arrived` shows, ms: the least pause between two keys (ITU-T Q.24); and the silence
 * it is shown as, enough to end a key.
 */
const GAP_MS = 40;
const SHOWN_GAP_MS = 30;
/** Mean power below which a frame counts as silence: -45 dBFS. */
const QUIET_POWER = 17_000;
/** Length of the cross-fade at a correction, ms. */
const JOIN_MS = 4;

/**
 * Marks positions where nothing has arrived. No G.711 code decodes to this value; other samples with it are
 * changed by one.
 */
const MISSING = -32_768;

export interface JitterBufferOptions {
  /** Samples per second, and timestamp units per second. */
  sampleRate: number;
  /** Samples in each frame that is taken, until a frame of another length is taken. */
  frameSamples: number;
  /** How sound is continued where samples are missing. */
  continuation: Continuation;
}

/** What happened to a packet. */
export type PutOutcome = 'stored' | 'late' | 'jump';

/** What a frame contains. `waiting` and `idle` are silence: before the playout time, and without a stream. */
export type TakeOutcome = 'sound' | 'concealed' | 'waiting' | 'idle';

/** The jitter buffer of one stream; see the comment at the top of the file. */
export class JitterBuffer {
  readonly #rate: number;
  #frame: number;
  #ring: Int16Array;
  #mask: number;
  readonly #history: number;
  #room: number;
  readonly #delays = new DelayEstimate();
  readonly #concealment: Concealment;
  readonly #join: Int16Array;

  /** Whether a stream is in progress. Positions count samples along the stream. */
  #streaming = false;
  #lastTimestamp = 0;
  #lastAt = 0;
  /** Samples in the packet at `#lastAt`. */
  #lastCount = 0;
  #playAt = 0;
  /** Samples in the last packet, and the finest grid on which packets and frames both begin. */
  #packet = 0;
  #grid = 1;
  #dataEnd = 0;
  /** The position of the packet that is being stored. */
  #at = 0;
  #playedEnd = 0;
  #clearedTo = 0;
  /**
   * Nothing is played before this time (the delay after an anchor); then playback starts at `#playAt`. NaN:
   * no anchor is waiting.
   */
  #holdUntil = Number.NaN;
  #jumpTimestamp = Number.NaN;
  /** The playing position was moved since the last frame: `#join` holds the sound to fade from. */
  #cut = false;

  /** The position up to which `arrived` has read, and the samples of silence that it returns first. */
  #readTo = 0;
  #shownGap = 0;

  /** Number of packets that have arrived too late so far. */
  late = 0;
  /** Number of samples concealed so far. */
  concealedSamples = 0;
  /** Number of samples skipped and repeated to keep the delay, so far. */
  skippedSamples = 0;
  repeatedSamples = 0;

  constructor(options: JitterBufferOptions) {
    this.#rate = options.sampleRate;
    this.#frame = options.frameSamples;
    this.#history = this.#samples(HISTORY_MS);
    this.#room = this.#samples(ROOM_MS);
    this.#ring = this.#createRing();
    this.#mask = this.#ring.length - 1;
    this.#concealment = new Concealment(options.sampleRate, options.continuation);
    this.#join = new Int16Array(this.#samples(JOIN_MS));
  }

  /** The intended delay beyond the fastest packet, ms. */
  get targetDelayMs(): number {
    return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, this.#delays.jitter + MARGIN_MS));
  }

  /** Length of the sound that has arrived but has not been played, ms. */
  get bufferedMs(): number {
    return (Math.max(0, this.#dataEnd - this.#playAt) * 1000) / this.#rate;
  }

  /**
   * Forgets the stream: the source has changed, or nobody has listened for a while. The jitter estimate is
   * kept.
   */
  reset(): void {
    this.#streaming = false;
    this.#delays.rebase();
    this.#jumpTimestamp = Number.NaN;
    this.#holdUntil = Number.NaN;
    this.#cut = false;
  }

  /** Stores the samples `samples[0..count)` of a packet that begins at `timestamp` and arrived at `nowMs`. */
  put(timestamp: number, samples: Int16Array, count: number, nowMs: number): PutOutcome {
    const outcome = this.#place(timestamp, count, nowMs);
    if (outcome === 'stored') this.#store(this.#at, samples, count);
    return outcome;
  }

  /**
   * Does the same for a packet with one byte per sample, `codes[from..from + count)`.
   * @param toLinear the sample of each of the 256 codes; none of them is -32768.
   */
  putCodes(
    timestamp: number,
    codes: Uint8Array,
    from: number,
    count: number,
    toLinear: Int16Array,
    nowMs: number,
  ): PutOutcome {
    const outcome = this.#place(timestamp, count, nowMs);
    if (outcome === 'stored') this.#decode(this.#at, codes, from, count, toLinear);
    return outcome;
  }

  /** Finds a packet's position in the stream, and sets `#at` if the packet is to be stored. */
  #place(timestamp: number, count: number, nowMs: number): PutOutcome {
    if (count <= 0 || count > this.#samples(LONGEST_PACKET_MS)) return 'jump';
    if (count > this.#room * LONGEST_SHARE) this.#enlarge(count);
    if (count !== this.#packet) this.#setPacketLength(count);
    if (!this.#streaming) this.#begin(timestamp, count, nowMs);
    let at = this.#onGrid((timestamp - this.#lastTimestamp) | 0, count);
    if (at === this.#lastAt + this.#lastCount && at + count > this.#playAt + this.#room)
      this.#makeRoom(at + count);
    const starved = this.#dataEnd <= this.#playAt;
    if (at + count > this.#playAt + this.#room || at < this.#playAt - this.#room) {
      if (!starved && !this.#confirmsJump(timestamp)) return 'jump';
      this.#begin(timestamp, count, nowMs);
      at = this.#lastAt;
    } else {
      this.#jumpTimestamp = Number.NaN;
      if (at > this.#lastAt) {
        this.#lastAt = at;
        this.#lastCount = count;
        this.#lastTimestamp = timestamp;
      }
      this.#note(at, count, nowMs);
      if (at + count <= this.#playedEnd) return this.#tooLate();
      if (starved && this.#mustReanchor(at)) this.#anchor(at, nowMs);
    }
    if (at + count <= this.#playAt) return this.#tooLate();
    this.#at = at;
    return 'stored';
  }

  /**
   * Copies the sound that has arrived since the last call into `out`: each sample once and in order, whether
   * or not it will be played (sound that piles up during a stall may be skipped). Missing samples are
   * returned once they have been concealed. Returns the number of samples; 0 means that there are no more.
   */
  arrived(out: Int16Array): number {
    let count = Math.min(this.#shownGap, out.length);
    out.fill(0, 0, count);
    this.#shownGap -= count;
    if (this.#readTo < this.#clearedTo) this.#readTo = this.#clearedTo;
    while (count < out.length && this.#readTo < this.#dataEnd) {
      if (!this.#isMissing(this.#readTo)) out[count++] = this.#ring[this.#readTo & this.#mask]!;
      else if (this.#readTo >= this.#playAt) break;
      this.#readTo++;
    }
    return count;
  }

  /** Takes the next frame at `nowMs`. All of `out` is filled. */
  take(nowMs: number, out: Int16Array): TakeOutcome {
    if (out.length !== this.#frame) this.#setFrameLength(out.length);
    const frame = this.#frame;
    if (!this.#streaming || this.#concealment.exhausted(this.#dataEnd <= this.#playAt)) {
      out.fill(0, 0, frame);
      return 'idle';
    }
    if (nowMs < this.#holdUntil) {
      this.#concealment.fill(out, frame);
      return 'waiting';
    }
    this.#holdUntil = Number.NaN;
    const corrected = this.#cut || this.#keepDelay(nowMs);
    this.#cut = false;
    const concealed = this.#read(out);
    if (corrected) this.#joinOver(out);
    this.#playAt += frame;
    this.#clearBehind();
    return concealed > 0 ? 'concealed' : 'sound';
  }

  #createRing(): Int16Array {
    const needed = this.#history + this.#room + 2 * this.#frame;
    return new Int16Array(2 ** Math.ceil(Math.log2(needed))).fill(MISSING);
  }

  /** Makes room for packets of `count` samples and keeps what is stored. Few telephones need it. */
  #enlarge(count: number): void {
    const [old, mask] = [this.#ring, this.#mask];
    this.#room = Math.ceil(count / LONGEST_SHARE);
    this.#ring = this.#createRing();
    this.#mask = this.#ring.length - 1;
    for (let at = this.#clearedTo; at < this.#dataEnd; at++) this.#ring[at & this.#mask] = old[at & mask]!;
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rate) / 1000);
  }

  /**
   * The position of a packet whose timestamp is `ahead` of the last one's. Some senders count time inexactly,
   * a few samples off, although their sound has no gap: if their timestamps were taken literally, each packet
   * would begin with a hole or an overlap.
   */
  #onGrid(ahead: number, count: number): number {
    const last = this.#lastAt;
    const step = ahead > 0 ? ahead - this.#lastCount : ahead;
    const onGrid = step - count * Math.round(step / count);
    return Math.abs(onGrid) < count * ON_GRID ? last + ahead - onGrid : last + ahead;
  }

  #setPacketLength(count: number): void {
    this.#packet = count;
    let [a, b] = [this.#frame, count];
    while (b > 0) [a, b] = [b, a % b];
    this.#grid = a;
  }

  #setFrameLength(count: number): void {
    this.#frame = count;
    this.#setPacketLength(this.#packet);
  }

  #delayOf(at: number, nowMs: number): number {
    return nowMs - (at * 1000) / this.#rate;
  }

  /**
   * Uses the delay at a packet's end: a packet is sent when its last sample exists, so a change of length
   * does not change this delay.
   */
  #note(at: number, count: number, nowMs: number): void {
    this.#delays.note(this.#delayOf(at + count, nowMs), (count * 1000) / this.#rate, nowMs);
  }

  #tooLate(): PutOutcome {
    this.late++;
    return 'late';
  }

  /** Starts a stream with this packet, at a position that leaves room for stretching before it. */
  #begin(timestamp: number, count: number, nowMs: number): void {
    this.#streaming = true;
    this.#jumpTimestamp = Number.NaN;
    this.#lastTimestamp = timestamp;
    this.#readTo = 0;
    this.#lastAt = this.#ring.length;
    this.#lastCount = count;
    this.#playedEnd = 0;
    this.#delays.rebase();
    this.#note(this.#lastAt, count, nowMs);
    this.#anchor(this.#lastAt, nowMs);
  }

  /**
   * Schedules the sample at `at`, which has just arrived, for the target delay after the arrival of a fast
   * packet.
   */
  #anchor(at: number, nowMs: number): void {
    this.#ring.fill(MISSING);
    this.#playAt = at;
    this.#dataEnd = at;
    if (at - this.#readTo >= this.#samples(GAP_MS)) this.#shownGap = this.#samples(SHOWN_GAP_MS);
    this.#readTo = at;
    this.#cut = false;
    this.#clearedTo = at - this.#history;
    const extra = this.#delayOf(at, nowMs) - this.#delays.base;
    this.#holdUntil = nowMs + Math.max(0, this.#neededDelay() - extra);
  }

  /** When nothing is left to play: whether the stream must be placed in time anew. */
  #mustReanchor(at: number): boolean {
    const run = this.#concealment.run;
    if (run > this.#samples(REANCHOR_AFTER_MS)) return at < this.#playAt || this.#concealment.silent;
    return false;
  }

  /**
   * Skips the oldest of the sound that piled up while nobody read or sent, down to the needed delay. Starting
   * the stream anew instead would cost its delay in silence, again with each further stall.
   */
  #makeRoom(end: number): void {
    const to = end - this.#samples(this.#neededDelay()) - this.#frame;
    if (to <= this.#playAt || end - this.#playAt > this.#ring.length) return;
    this.#holdUntil = Number.NaN;
    if (!this.#cut) {
      for (let i = 0; i < this.#join.length; i++) this.#join[i] = this.#sampleAt(this.#playAt + i);
    }
    this.#cut = true;
    this.skippedSamples += to - this.#playAt;
    this.#playAt = to;
    this.#clearBehind();
  }

  #confirmsJump(timestamp: number): boolean {
    const further = (timestamp - this.#jumpTimestamp) | 0;
    const confirmed =
      !Number.isNaN(this.#jumpTimestamp) && Math.abs(further) <= this.#samples(JUMP_CONFIRM_MS);
    this.#jumpTimestamp = timestamp;
    return confirmed;
  }

  #store(at: number, samples: Int16Array, count: number): void {
    const ring = this.#ring;
    const mask = this.#mask;
    for (let i = Math.max(0, this.#playAt - at); i < count; i++) {
      const sample = samples[i]!;
      ring[(at + i) & mask] = sample === MISSING ? MISSING + 1 : sample;
    }
    if (at + count > this.#dataEnd) this.#dataEnd = at + count;
  }

  #decode(at: number, codes: Uint8Array, from: number, count: number, toLinear: Int16Array): void {
    const ring = this.#ring;
    const mask = this.#mask;
    for (let i = Math.max(0, this.#playAt - at); i < count; i++) {
      ring[(at + i) & mask] = toLinear[codes[from + i]!]!;
    }
    if (at + count > this.#dataEnd) this.#dataEnd = at + count;
  }

  /** Copies a frame up to its first gap. Returns the number of samples copied. */
  #copy(out: Int16Array): number {
    const ring = this.#ring;
    const mask = this.#mask;
    const from = this.#playAt;
    const frame = this.#frame;
    for (let i = 0; i < frame; i++) {
      const sample = ring[(from + i) & mask]!;
      if (sample === MISSING) return i;
      out[i] = sample;
    }
    return frame;
  }

  /** Copies a frame and conceals its gaps. Returns the number of concealed samples. */
  #read(out: Int16Array): number {
    const frame = this.#frame;
    const conceal = this.#concealment;
    let concealed = 0;
    for (let i = conceal.active ? 0 : this.#copy(out); i < frame; i++) {
      const place = (this.#playAt + i) & this.#mask;
      const sample = this.#ring[place]!;
      if (sample === MISSING) {
        if (!conceal.active) conceal.begin(this.#ring, this.#playAt + i, MISSING);
        out[i] = conceal.next();
        this.#ring[place] = out[i]!;
        concealed++;
      } else {
        out[i] = conceal.active ? conceal.resume(sample) : sample;
      }
    }
    this.concealedSamples += concealed;
    if (concealed < frame) this.#playedEnd = Math.max(this.#playedEnd, this.#playAt + frame);
    return concealed;
  }

  /**
   * Moves the playing position if the delay is wrong. Returns whether it did (`#join` then holds the old
   * sound).
   */
  #keepDelay(nowMs: number): boolean {
    if (this.#concealment.active || this.#dataEnd - this.#playAt < this.#frame) return false;
    const slack = this.#delayOf(this.#playAt, nowMs) - this.#delays.base - this.#neededDelay();
    const step = this.#step(slack);
    if (step === 0 || step > this.#dataEnd - this.#playAt - this.#frame) return false;
    if (this.#isMissing(this.#playAt) || this.#isMissing(this.#playAt + step)) return false;
    for (let i = 0; i < this.#join.length; i++) this.#join[i] = this.#sampleAt(this.#playAt + i);
    this.#playAt += step;
    if (step > 0) this.skippedSamples += step;
    else this.repeatedSamples -= step;
    return true;
  }

  /** How far the grid of the packets lies behind that of the frames, in samples. */
  #misalignment(): number {
    const grid = this.#grid;
    return (((this.#lastAt - this.#playAt) % grid) + grid) % grid;
  }

  /**
   * The delay beyond the end of the fastest packet at which every frame is complete, ms. A frame may need a
   * packet that begins within it, and that packet is sent only when its own time has come: one frame later at
   * worst.
   */
  #neededDelay(): number {
    const within = this.#frame - this.#grid + this.#misalignment();
    return this.targetDelayMs + this.#delays.longest + (within * 1000) / this.#rate;
  }

  /**
   * The number of samples to skip now (below zero: to repeat) if the delay is `slack` ms longer than needed.
   * In silence the two grids are aligned: positions in between save no delay.
   */
  #step(slack: number): number {
    const off = this.#misalignment();
    const grid = this.#grid;
    const unit = (grid * 1000) / this.#rate;
    if (slack >= HARD_EXCESS_MS) return off + grid * Math.floor(slack / unit);
    if (slack > -SLACK_MS && slack < unit + SLACK_MS && off === 0) return 0;
    if (this.#isQuiet()) {
      if (slack <= -SLACK_MS) return off - grid * Math.ceil(Math.min(-slack, QUIET_STEP_MS) / unit);
      return slack < 0 ? 0 : off + grid * Math.floor(Math.min(slack, QUIET_STEP_MS) / unit);
    }
    if (slack > -SOUND_SHORTAGE_MS && slack < SOUND_EXCESS_MS) return 0;
    return Math.sign(slack) * this.#concealment.periodAt(this.#ring, this.#playAt, MISSING);
  }

  #isQuiet(): boolean {
    const limit = QUIET_POWER * this.#frame;
    let sum = 0;
    for (let i = 0; i < this.#frame && sum < limit; i++) {
      const sample = this.#sampleAt(this.#playAt + i);
      sum += sample * sample;
    }
    return sum < limit;
  }

  #isMissing(position: number): boolean {
    return this.#ring[position & this.#mask] === MISSING;
  }

  #sampleAt(position: number): number {
    const sample = this.#ring[position & this.#mask]!;
    return sample === MISSING ? 0 : sample;
  }

  #joinOver(out: Int16Array): void {
    const length = this.#join.length;
    for (let i = 0; i < length; i++) {
      const rise = (i + 0.5) / length;
      out[i] = Math.round(this.#join[i]! * (1 - rise) + out[i]! * rise);
    }
  }

  #clearBehind(): void {
    const to = this.#playAt - this.#history;
    const ring = this.#ring;
    const mask = this.#mask;
    for (let at = this.#clearedTo; at < to; at++) ring[at & mask] = MISSING;
    if (to > this.#clearedTo) this.#clearedTo = to;
  }
}
