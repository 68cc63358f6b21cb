import { continueSound, fadeIn, fadeOut, pitchPeriod, powerToDbfs } from '#audio';
import { type Band, FORMS, fadeSamples, frameSamples } from './band.ts';
import { type Edge, Mix } from './mix.ts';
import { roughPower, SpeechDetector } from './speech.ts';

/** The loudest sample that does not count as sound (the smallest step of either G.711 law). */
const SILENT_PEAK = 8;
/** The quietest level that is reported, dB below full scale. */
const QUIETEST_DB = 127;

/** The properties with which an attendee joins. */
export interface Seating {
  band: Band;
  /** Whether its voice is left out. */
  muted: boolean;
  /** Whether it hears silence. */
  deaf: boolean;
  /** The id of an attendee who does not hear this one, if both have the same band. */
  unheardBy?: string | undefined;
}

/** An attendee as the mixer sees it. Created by `Meeting.join`. */
export class Attendee {
  readonly attendeeId: string;
  readonly band: Band;
  readonly unheardBy: string | undefined;
  /**
   * The attendee's voice, which the host writes before each `Meeting.mix` together with `hasVoice`. The array
   * changes each time.
   */
  voice: Int16Array;
  /** Whether `voice` holds sound for the next mix. */
  hasVoice = false;
  muted: boolean;
  deaf: boolean;
  /** What the attendee hears: everyone else, as of the last `Meeting.mix`. */
  heard: Mix;
  /** What the attendee adds to the sum, and whether it adds anything. */
  contribution: Int16Array;
  contributes = false;

  readonly #fade: number;
  readonly #speech: SpeechDetector;
  #frameMs: number;
  #own: Mix | undefined;
  /**
   * The previous contribution: predicting how a voice continues takes more of it than a short frame holds.
   */
  #before: Int16Array;
  #open = false;
  #wasDeaf: boolean;
  /**
   * The sum of the frames' powers since the level was last read, how many frames there were, and whether any
   * held sound.
   */
  #power = 0;
  #frames = 0;
  #sounded = false;

  constructor(attendeeId: string, seating: Seating, shared: Mix, frameMs: number) {
    const samples = frameSamples(seating.band, frameMs);
    this.attendeeId = attendeeId;
    this.band = seating.band;
    this.unheardBy = seating.unheardBy;
    this.muted = seating.muted;
    this.deaf = seating.deaf;
    this.#wasDeaf = seating.deaf;
    this.heard = shared;
    this.voice = new Int16Array(samples);
    this.contribution = new Int16Array(samples);
    this.#before = new Int16Array(samples);
    this.#frameMs = frameMs;
    this.#speech = new SpeechDetector(frameMs);
    this.#fade = fadeSamples(seating.band);
  }

  get speaking(): boolean {
    return this.#speech.speaking;
  }

  /** The mix for this attendee alone, created when it first speaks. */
  get own(): Mix {
    this.#own ??= new Mix(this.band, this.#frameMs);
    return this.#own;
  }

  /** Makes frames this long from the next one on. */
  shortenFrames(frameMs: number): void {
    const samples = frameSamples(this.band, frameMs);
    this.#frameMs = frameMs;
    this.voice = new Int16Array(samples);
    const { contribution } = this;
    this.#before = contribution.slice(-2 * samples, -samples);
    this.contribution = contribution.slice(-samples);
    this.#speech.setFrameMs(frameMs);
    this.#own?.shortenFrames(frameMs);
  }

  /**
   * Makes the contribution to the next sum from voice and mute state, without a click when either changes.
   */
  prepare(): void {
    const open = this.hasVoice && !this.muted;
    const wasOpen = this.#open;
    this.#open = open;
    if (open || (wasOpen && this.hasVoice)) {
      const voice = this.voice;
      this.voice = this.#before;
      this.#before = this.contribution;
      this.contribution = voice;
      if (!wasOpen) {
        this.#before.fill(0);
        fadeIn(this.contribution, 0, this.#fade);
      }
      if (!open) fadeOut(this.contribution, 0, this.#fade);
      this.contributes = isSound(this.contribution);
    } else if (wasOpen && this.contributes) {
      this.contribution.set(this.tail());
    } else {
      this.contributes = false;
    }
    this.#note(open && this.contributes ? roughPower(this.contribution) : 0);
  }

  /** How the last contribution would continue, faded out: the end of a voice that is cut off. */
  tail(): Int16Array {
    const { length } = this.contribution;
    const tail = new Int16Array(length);
    const said = new Int16Array(2 * length);
    said.set(this.#before);
    said.set(this.contribution, length);
    const { sampleRate } = FORMS[this.band];
    const period = pitchPeriod(said, said.length, sampleRate);
    continueSound(said, said.length, period, tail, this.#fade, 0, sampleRate);
    fadeOut(tail, 0, this.#fade);
    return tail;
  }

  /** To be called when the attendee has left. */
  close(): void {
    this.#own?.close();
  }

  /** The edge to apply in this frame, if the attendee becomes deaf or hears again in it. */
  edge(): Edge | undefined {
    if (this.deaf === this.#wasDeaf) return undefined;
    this.#wasDeaf = this.deaf;
    return this.deaf ? 'fall' : 'rise';
  }

  /** The level since the last call, whole dB below full scale; undefined if muted or without sound. */
  takeLevel(): number | undefined {
    const told = this.#sounded && !this.muted;
    const level = Math.round(-powerToDbfs(this.#power / this.#frames));
    this.#power = 0;
    this.#frames = 0;
    this.#sounded = false;
    return told ? Math.min(QUIETEST_DB, Math.max(0, level)) : undefined;
  }

  #note(power: number): void {
    this.#speech.note(power);
    this.#power += power;
    this.#frames++;
    if (power > 0) this.#sounded = true;
  }
}

function isSound(samples: Int16Array): boolean {
  const length = samples.length;
  for (let i = 0; i < length; i++) {
    const sample = samples[i]!;
    if (sample > SILENT_PEAK || sample < -SILENT_PEAK) return true;
  }
  return false;
}
