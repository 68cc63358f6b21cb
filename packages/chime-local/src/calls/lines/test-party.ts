import { MAX_SPEAK_CHARACTERS } from 'pstn-audio';
import type { SpeakText } from 'pstn-audio/engine';
import { TELEPHONE_RATE, tone } from '#audio';
import type { MediaEdge } from '#media-edge';
import { type PartyStep, parsePartyScript } from '#options';
import { type Clock, type Log, quoted } from '#platform';
import type { Answerer, InternalCall } from './internal-legs.ts';

/** Name of the header that carries a script for this call; compared without regard to case. */
export const SCRIPT_HEADER = 'x-test-party';
const BEEP_HZ = 1_000;
const BEEP_MS = 500;
const BEEP_ID = 'beep of the test party';
/** Milliseconds of each key, of the gap between two keys, and of a comma. */
const KEYS = { toneMs: 120, gapMs: 80, commaMs: 500 };

export interface TestPartyParts {
  legs: { ring(legId: string): void; answer(legId: string): void; hangUp(legId: string, code: number): void };
  media: Pick<MediaEdge, 'loadAudio' | 'play' | 'sendKeys'>;
  /** Prepares a text for playback and returns its audio id, or an object if it cannot be spoken. */
  speech(output: SpeakText): string | object | Promise<string | object>;
  /** Called with the words spoken on the leg, in addition to their audio. */
  onSaid(legId: string, text: string): void;
  scriptOf(number: string): readonly PartyStep[];
  clock: Clock;
  log: Log;
}

interface Visit {
  steps: readonly PartyStep[];
  at: number;
  answered: boolean;
  cancel: () => void;
  playing: string | undefined;
}

/** Answers numbers that have neither a route nor a telephone: follows its script, then stays on the line. */
export class TestParty implements Answerer {
  readonly #parts: TestPartyParts;
  readonly #visits = new Map<string, Visit>();

  constructor(parts: TestPartyParts) {
    this.#parts = parts;
  }

  arrived({ legId, to, sipHeaders = {} }: InternalCall): void {
    const steps = this.#script(to, sipHeaders);
    this.#parts.log.info(`${quoted(to)} has neither route nor telephone: the test party is called there.`);
    this.#visits.set(legId, { steps, at: 0, answered: false, cancel: () => {}, playing: undefined });
    this.#next(legId);
  }

  ended(legId: string): void {
    this.#visits.get(legId)?.cancel();
    this.#visits.delete(legId);
  }

  /** Returns whether the leg is one of the test party's. */
  playbackFinished(legId: string, playId: string): boolean {
    const visit = this.#visits.get(legId);
    if (!visit) return false;
    if (visit.playing === playId) this.#next(legId);
    return true;
  }

  #script(to: string, sipHeaders: Record<string, string>): readonly PartyStep[] {
    const [, told] = Object.entries(sipHeaders).find(([name]) => name.toLowerCase() === SCRIPT_HEADER) ?? [];
    const script = told === undefined ? undefined : parsePartyScript(told);
    if (told !== undefined && !script) {
      this.#parts.log.warn(
        `The header ${SCRIPT_HEADER} of a call to ${quoted(to)} is no script: ${quoted(told)}.`,
      );
    }
    return script ?? this.#parts.scriptOf(to);
  }

  /** Runs the next step. Steps that take no time follow one another at once. */
  #next(legId: string): void {
    const visit = this.#visits.get(legId);
    const step = visit?.steps[visit.at];
    if (!visit || !step) return;
    visit.at += 1;
    visit.playing = undefined;
    const { legs, clock } = this.#parts;
    const sounds = step.do === 'say' || step.do === 'beep' || step.do === 'press';
    if (step.do === 'answer' || (sounds && !visit.answered)) {
      visit.answered = true;
      legs.answer(legId);
    }
    if (step.do === 'refuse') legs.hangUp(legId, step.sipResponseCode);
    else if (step.do === 'hangup') legs.hangUp(legId, 0);
    else if (step.do === 'ring' || step.do === 'wait') {
      if (step.do === 'ring') legs.ring(legId);
      visit.cancel = clock.after(step.seconds * 1_000, () => this.#next(legId));
    } else if (sounds) void this.#sound(legId, visit, step);
    else this.#next(legId);
  }

  async #sound(
    legId: string,
    visit: Visit,
    step: Extract<PartyStep, { do: 'say' | 'beep' | 'press' }>,
  ): Promise<void> {
    const { media } = this.#parts;
    const playId = `party-${visit.at}`;
    visit.playing = playId;
    if (step.do === 'press') {
      media.sendKeys(legId, { playId, keys: step.keys, ...KEYS });
      return;
    }
    const audioId = step.do === 'beep' ? this.#beep() : await this.#say(legId, playId, step.text);
    if (this.#visits.get(legId) !== visit) return;
    if (step.do === 'say') this.#parts.onSaid(legId, step.text);
    if (audioId === undefined) this.#next(legId);
    else media.play(legId, { playId, audioId, repeat: 1 });
  }

  /** Loaded each time, because the media thread may have been restarted. */
  #beep(): string {
    const samples = tone(BEEP_HZ, (BEEP_MS / 1_000) * TELEPHONE_RATE, TELEPHONE_RATE);
    this.#parts.media.loadAudio(BEEP_ID, samples);
    return BEEP_ID;
  }

  async #say(legId: string, playId: string, text: string): Promise<string | undefined> {
    const said = text.slice(0, MAX_SPEAK_CHARACTERS);
    const voice = { textType: 'text', engine: 'standard', voiceId: 'Matthew' } as const;
    const audio = await this.#parts.speech({ kind: 'SpeakText', legId, playId, text: said, ...voice });
    if (typeof audio === 'string') return audio;
    this.#parts.log.warn(`The test party cannot say ${quoted(said)}.`);
    return undefined;
  }
}
