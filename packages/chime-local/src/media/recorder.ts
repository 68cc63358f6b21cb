import { tone } from '#audio';
import { FORMS, FRAME_MS } from '#conference';

/** A request to record a telephone's leg. */
export interface RecordRequest {
  recordingId: string;
  /** What each of the one or two channels holds: what the leg's party says, or what it hears. */
  channels: readonly ('said' | 'heard')[];
  /**
   * `onSilence` is called once, when for `ms` milliseconds no 20 ms frame from the party had a mean magnitude
   * (of 16-bit samples) above the threshold.
   */
  silence?: { ms: number; threshold: number };
}

/** Receives what a recorder reports. */
export interface RecorderEvents {
  /**
   * Samples at 8 kHz, channels interleaved; the array belongs to the receiver. `last`: whether nothing
   * follows.
   */
  onRecorded(recordingId: string, samples: Int16Array, last: boolean): void;
  onSilence(recordingId: string): void;
}

const { frameSamples, sampleRate } = FORMS.narrow;
/** Frames per report: 200 ms. A crash then loses less than a second, and messages stay few. */
const BATCH_FRAMES = 10;
/**
 * The most frames that wait: sometimes one is sent ahead of its slot, and a meeting may be mixed in another
 * slot than the leg's.
 */
const MAX_WAITING = 3;
/**
 * The tone that marks a pause, and the shorter one that marks its end. Our choice: the service specifies
 * neither.
 */
const MARK_HZ = 1_000;
const PAUSE_MARK_FRAMES = 15;
const RESUME_MARK_FRAMES = 8;

const SILENT_FRAME = new Int16Array(frameSamples);
const MARK = tone(MARK_HZ, frameSamples * PAUSE_MARK_FRAMES, sampleRate, 6_000);

/** Collects the samples of one direction, in pieces of any length, into whole frames of the usual length. */
class Waiting {
  readonly #frames: Int16Array[] = [];
  /** The frame that is being filled. */
  #open = new Int16Array(frameSamples);
  #filled = 0;

  /** Appends the next `count` samples, which are copied; undefined means silence. */
  put(samples: Int16Array | undefined, count: number): void {
    for (let at = 0; at < count; ) {
      const taken = Math.min(count - at, frameSamples - this.#filled);
      if (samples) this.#open.set(samples.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < frameSamples) continue;
      if (this.#frames.length >= MAX_WAITING) this.#frames.shift();
      this.#frames.push(this.#open);
      this.#open = new Int16Array(frameSamples);
      this.#filled = 0;
    }
  }

  take(): Int16Array {
    return this.#frames.shift() ?? SILENT_FRAME;
  }
}

/** Records a leg's sound in both directions, frame by frame. It never waits. */
export class Recorder {
  readonly recordingId: string;
  readonly #channels: readonly ('said' | 'heard')[];
  readonly #silence: RecordRequest['silence'];
  readonly #events: RecorderEvents;
  readonly #waiting = { said: new Waiting(), heard: new Waiting() };
  #batch: Int16Array;
  #frames = 0;
  #paused = false;
  /** Frames of the mark that are still to be written, and the position of the next one in it. */
  #markFrames = 0;
  #markAt = 0;
  #silentMs = 0;
  #ended = false;

  constructor({ recordingId, channels, silence }: RecordRequest, events: RecorderEvents) {
    this.recordingId = recordingId;
    this.#channels = channels;
    this.#silence = silence;
    this.#events = events;
    this.#batch = this.#newBatch();
  }

  /** Takes the next `count` samples of that direction, which are copied; undefined means silence. */
  put(direction: 'said' | 'heard', frame: Int16Array | undefined, count: number): void {
    this.#waiting[direction].put(frame, count);
  }

  /** To be called every 20 ms. */
  tick(): void {
    if (this.#ended) return;
    const said = this.#waiting.said.take();
    const heard = this.#waiting.heard.take();
    this.#watchSilence(said);
    const marked = this.#nextMark();
    this.#channels.forEach((channel, index) => {
      const sound = this.#paused ? SILENT_FRAME : channel === 'said' ? said : heard;
      this.#write(marked ?? sound, index);
    });
    this.#frames++;
    if (this.#frames === BATCH_FRAMES) this.#tell(false);
  }

  /**
   * Pauses or resumes the recording. A tone marks either; a pause is recorded as silence, so that times stay
   * correct.
   */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#markFrames = paused ? PAUSE_MARK_FRAMES : RESUME_MARK_FRAMES;
    this.#markAt = 0;
  }

  /** Reports what is left; nothing follows. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tell(true);
  }

  #nextMark(): Int16Array | undefined {
    if (this.#markFrames === 0) return undefined;
    this.#markFrames--;
    const at = this.#markAt;
    this.#markAt += frameSamples;
    return MARK.subarray(at, at + frameSamples);
  }

  #write(samples: Int16Array, channel: number): void {
    const step = this.#channels.length;
    let at = this.#frames * frameSamples * step + channel;
    for (let i = 0; i < frameSamples; i++, at += step) this.#batch[at] = samples[i]!;
  }

  #tell(last: boolean): void {
    const samples = this.#batch.slice(0, this.#frames * frameSamples * this.#channels.length);
    this.#batch = this.#newBatch();
    this.#frames = 0;
    this.#events.onRecorded(this.recordingId, samples, last);
  }

  #watchSilence(said: Int16Array): void {
    const { ms, threshold } = this.#silence ?? { ms: 0, threshold: 0 };
    if (ms === 0 || this.#silentMs >= ms) return;
    this.#silentMs = meanMagnitude(said) > threshold ? 0 : this.#silentMs + FRAME_MS;
    if (this.#silentMs >= ms) this.#events.onSilence(this.recordingId);
  }

  #newBatch(): Int16Array {
    return new Int16Array(BATCH_FRAMES * frameSamples * this.#channels.length);
  }
}

function meanMagnitude(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += Math.abs(sample);
  return sum / samples.length;
}
