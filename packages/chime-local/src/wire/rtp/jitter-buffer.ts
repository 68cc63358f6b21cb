/**
 * The jitter buffer of one stream: samples in as they arrive, an even stream of frames out. It neither reads a
 * clock nor sets a timer: every call says what time it is, in ms of any steadily running clock.
 *
 * Samples lie in a ring at the place their timestamp gives them, so reordered packets and packets of any length
 * need no sorting and duplicates do no harm. The depth follows the jitter (`DelayEstimate`): in silence single
 * samples are left out or repeated, in sound whole pitch periods, which also absorbs the drift between the
 * clocks of the two ends over hours. What is missing is concealed (`Concealment`).
 */

import { Concealment, type Continuation } from './concealment.ts';
import { DelayEstimate } from './delay-estimate.ts';

/** Least playout delay beyond the quickest packet, ms: half a frame, against coarse timers. */
export const MIN_DELAY_MS = 10;
/** Greatest, ms: later packets count as lost. Speech above 400 ms one way is not acceptable (ITU-T G.114). */
export const MAX_DELAY_MS = 240;
/** Added to the estimated jitter, ms: timers have 1 ms grain, and ticks come late now and then. */
const MARGIN_MS = 4;
/** Played sound that is kept for concealment and for stretching, ms. */
const HISTORY_MS = 60;
/**
 * Room for what has arrived and is not played yet, ms; further ahead is a jump in the stream, or, where the stream
 * goes on without a gap, what has piled up during a stall.
 */
const ROOM_MS = 400;
/** A packet may fill so much of that: 240 ms. RFC 3551 section 4.2 asks for 200. Longer ones get more room. */
const LONGEST_SHARE = 0.6;
/** The longest packet that is taken, ms: a second of G.711 is 8000 bytes, five fragments on Ethernet. Ours. */
const LONGEST_PACKET_MS = 1_000;
/** A timestamp that is off the grid of the packets before by less than this share of a packet is taken to be on it. */
const ON_GRID = 0.25;
/** A stream that jumps within sound must go on from there with the next packet, within this, ms. */
const JUMP_CONFIRM_MS = 200;
/** After so much concealed sound a late packet is better played late than left out, ms. */
const REANCHOR_AFTER_MS = 40;

/** Deviations of the delay below this are left alone, ms. */
const SLACK_MS = 2;
/** In sound, only delays this much too long or too short are corrected, ms. */
const SOUND_EXCESS_MS = 30;
const SOUND_SHORTAGE_MS = 5;
/** A delay this much too long (after a stall) is cut at once, ms. */
const HARD_EXCESS_MS = 80;
/** The most that is left out or repeated in one frame of silence, ms. */
const QUIET_STEP_MS = 20;
/** A gap that `arrived` shows, ms: the least pause between two keys (ITU-T Q.24); and as how much silence, enough to end a key. */
const GAP_MS = 40;
const SHOWN_GAP_MS = 30;
/** Mean power below which a frame counts as silence: -45 dBFS. */
const QUIET_POWER = 17_000;
/** The join at a correction, ms. */
const JOIN_MS = 4;

/** No G.711 code decodes to this value, so it marks places where nothing has arrived. Louder samples are clipped. */
const MISSING = -32_768;

export interface JitterBufferOptions {
  /** Samples per second, and timestamp units per second. */
  sampleRate: number;
  /** Samples in each frame taken, until one of another length is. */
  frameSamples: number;
  /** How sound is guessed on. */
  continuation: Continuation;
}

/** What became of a packet. */
export type PutOutcome = 'stored' | 'late' | 'jump';

/** What a frame holds. `waiting` and `idle` are silence: before the playout time, and without a stream. */
export type TakeOutcome = 'sound' | 'concealed' | 'waiting' | 'idle';

/** See the head of the file. */
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

  /** Positions are samples since the first packet of the stream. */
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
  /** The place of the packet that is being put. */
  #at = 0;
  #playedEnd = 0;
  #clearedTo = 0;
  /** Before this time nothing is played (the delay after an anchor), then from `#playAt`. NaN: no anchor waits. */
  #holdUntil = Number.NaN;
  #jumpTimestamp = Number.NaN;
  /** The playing position was moved since the last frame: `#join` holds the sound to come from. */
  #cut = false;

  /** Up to where `arrived` has read, and samples of silence that it shows first. */
  #readTo = 0;
  #shownGap = 0;

  /** Packets that came too late, so far. */
  late = 0;
  /** Samples concealed, so far. */
  concealedSamples = 0;
  /** Samples left out and repeated to keep the delay, so far. */
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

  /** The delay aimed at beyond the quickest packet, ms. */
  get targetDelayMs(): number {
    return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, this.#delays.jitter + MARGIN_MS));
  }

  /** What has arrived and is not played yet, ms. */
  get bufferedMs(): number {
    return (Math.max(0, this.#dataEnd - this.#playAt) * 1000) / this.#rate;
  }

  /** Forgets the stream: another source, or nobody listened for a while. What is known of jitter stays. */
  reset(): void {
    this.#streaming = false;
    this.#delays.rebase();
    this.#jumpTimestamp = Number.NaN;
    this.#holdUntil = Number.NaN;
    this.#cut = false;
  }

  /** Stores a packet's samples `samples[0..count)`, which begin at `timestamp` and arrived at `nowMs`. */
  put(timestamp: number, samples: Int16Array, count: number, nowMs: number): PutOutcome {
    const outcome = this.#place(timestamp, count, nowMs);
    if (outcome === 'stored') this.#store(this.#at, samples, count);
    return outcome;
  }

  /**
   * The same for a packet of one byte a sample, `codes[from..from + count)`.
   * @param toLinear the sample of each of the 256 codes; none of them -32768.
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

  /** Finds a packet's place in the stream: `#at`, when it is to be stored. */
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
   * Copies what has arrived since the last question into `out`, each sample once, in order and whether it will be played or
   * not: what piles up during a stall is. What is missing comes once it has been guessed. Returns how much; 0: that was all.
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

  /** Takes the next frame, as long as `out`, at `nowMs`. Always fills it. */
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

  /** Makes room for packets of that many samples, and keeps what is there. Few telephones need it. */
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
   * The place of a packet whose timestamp is that far ahead of the last one's. Senders count time in their own way, some
   * samples off, while their sound has no gap: taken at its word each such packet would begin with a hole or an overlap.
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

  /** A packet is sent when its last sample is there, so that lengths that change leave the delay at its end alone. */
  #note(at: number, count: number, nowMs: number): void {
    this.#delays.note(this.#delayOf(at + count, nowMs), (count * 1000) / this.#rate, nowMs);
  }

  #tooLate(): PutOutcome {
    this.late++;
    return 'late';
  }

  /** Starts a stream whose position 0 (past some room for stretching) is this packet. */
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

  /** Lets the sample at `at`, which has just arrived, be played the target delay after a quick packet's arrival. */
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

  /** With nothing left to play: whether the stream's place in time is to be chosen anew. */
  #mustReanchor(at: number): boolean {
    const run = this.#concealment.run;
    if (run > this.#samples(REANCHOR_AFTER_MS)) return at < this.#playAt || this.#concealment.silent;
    return false;
  }

  /**
   * Leaves out the oldest of what piled up while nobody read or sent, down to the delay needed. Beginning the stream
   * anew instead would cost its delay in silence, and once more with each further stall.
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

  /** Copies a frame out as far as there is no hole in it. Returns how far. */
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

  /** Copies a frame out, concealing holes. Returns how many samples were concealed. */
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

  /** Moves the playing position when the delay is off. Returns whether it did (then `#join` holds the old sound). */
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

  /** How far the packets' grid lies behind the frames' grid, samples. */
  #misalignment(): number {
    const grid = this.#grid;
    return (((this.#lastAt - this.#playAt) % grid) + grid) % grid;
  }

  /**
   * The delay at which every frame is complete, beyond the end of the quickest packet, ms. A frame may need a packet that
   * begins within it, and that packet is sent when its own time has come: one frame later at worst.
   */
  #neededDelay(): number {
    const within = this.#frame - this.#grid + this.#misalignment();
    return this.targetDelayMs + this.#delays.longest + (within * 1000) / this.#rate;
  }

  /**
   * How many samples to leave out (or, below zero, to repeat) now, with the delay `slack` ms longer than needed.
   * In silence the two grids are brought together: anything between saves no delay.
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
