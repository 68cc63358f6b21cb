import { continueSound, fadeIn, fadeOut, pitchPeriod } from '#audio';
import { Mix } from './mix.ts';
import { SpeechDetector } from './speech.ts';

/** Length of every fade, ms: long enough not to click, too short to notice. */
const FADE_MS = 5;
/** Samples no louder than this do not count as sound (the least steps of both G.711 laws). */
const SILENT_PEAK = 8;

/** How sound is cut into frames. */
export interface FrameForm {
  /** Samples per second. */
  sampleRate: number;
  /** Samples in a frame. */
  frameSamples: number;
}

/** One attendee as the mixer sees it. Made by `Meeting.join`. */
export class Attendee {
  readonly attendeeId: string;
  /** Where the host puts the attendee's voice before each `Meeting.mix`, together with `hasVoice`. Each time another array. */
  voice: Int16Array;
  /** Whether `voice` holds sound for the next mix. */
  hasVoice = false;
  muted: boolean;
  /** What the attendee hears: everyone else, as of the last `Meeting.mix`. */
  heard: Mix;
  /** What the attendee adds to the sum, and whether it adds anything. */
  contribution: Int16Array;
  contributes = false;

  readonly #form: FrameForm;
  readonly #fade: number;
  readonly #speech: SpeechDetector;
  #own: Mix | undefined;
  #open = false;

  constructor(attendeeId: string, muted: boolean, form: FrameForm, shared: Mix) {
    this.attendeeId = attendeeId;
    this.muted = muted;
    this.heard = shared;
    this.voice = new Int16Array(form.frameSamples);
    this.contribution = new Int16Array(form.frameSamples);
    this.#form = form;
    this.#fade = Math.round((FADE_MS * form.sampleRate) / 1000);
    this.#speech = new SpeechDetector((form.frameSamples * 1000) / form.sampleRate);
  }

  get speaking(): boolean {
    return this.#speech.speaking;
  }

  /** The mix of this attendee alone, made when it first speaks. */
  get own(): Mix {
    this.#own ??= new Mix(this.#form.frameSamples);
    return this.#own;
  }

  /** Makes the contribution to the next sum of voice and mute state, without a click when either changes. */
  prepare(): void {
    const open = this.hasVoice && !this.muted;
    const wasOpen = this.#open;
    this.#open = open;
    if (open || (wasOpen && this.hasVoice)) {
      const voice = this.voice;
      this.voice = this.contribution;
      this.contribution = voice;
      if (!wasOpen) fadeIn(this.contribution, 0, this.#fade);
      if (!open) fadeOut(this.contribution, 0, this.#fade);
      this.contributes = isSound(this.contribution);
    } else if (wasOpen && this.contributes) {
      this.contribution.set(this.tail());
    } else {
      this.contributes = false;
    }
    this.#speech.note(open ? this.contribution : undefined);
  }

  /** How the last contribution would go on, faded out: the end of a voice that is cut off. */
  tail(): Int16Array {
    const length = this.contribution.length;
    const tail = new Int16Array(length);
    const period = pitchPeriod(this.contribution, length, this.#form.sampleRate);
    continueSound(this.contribution, length, period, tail, this.#fade);
    fadeOut(tail, 0, this.#fade);
    return tail;
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
