import { MAX_DIGITS } from '../../limits.ts';
import type { ActionDefinition, ActionFailure, Doing, Progress } from '../actions/action.ts';
import { failure, invalidParameter } from '../actions/action.ts';
import { keys, numberWithin, text } from '../actions/parameters.ts';
import { edgeFailure } from '../actions/playback.ts';
import type { RawParameters } from '../call.ts';
import type { CallOutput, PlayAudio, SpeakText } from '../outputs.ts';
import { isPattern, matches } from './pattern.ts';

/**
 * Collecting digits in answer to a prompt: what PlayAudioAndGetDigits does with files and another action
 * may do with speech. DG: play-audio-get-digits.
 */

/** Parameters as checked; names and defaults are the service's. */
export type CollectParameters = {
  /** Default: RepeatDurationInMilliseconds. */
  InBetweenDigitsDurationInMilliseconds: number;
  InputDigitsRegex?: string;
  MaxNumberOfDigits: number;
  MinNumberOfDigits: number;
  /** Attempts in all. */
  Repeat: number;
  /** Time for the first digit of an attempt, from the end of the prompt. */
  RepeatDurationInMilliseconds: number;
  /** `#` when absent; not echoed then, as captures show. */
  TerminatorDigits?: string[];
};

const DEFAULT_TERMINATORS = ['#'];

/** What a collecting action remembers. */
export type Collecting = {
  /** Playing the main prompt, waiting for digits, or playing the failure prompt. */
  phase: 'prompt' | 'digits' | 'failure';
  /** The prompt that plays; null while waiting. */
  playId: string | null;
  /** 1 is the first. */
  attempt: number;
  digits: string;
};

/** Checks the digit parameters, in the published order. */
export function checkCollecting(raw: RawParameters): CollectParameters | ActionFailure {
  const min = numberWithin(raw.MinNumberOfDigits, { min: 0, max: MAX_DIGITS, fallback: 0 });
  if (min === 'invalid') return invalidNamed('MinNumberOfDigits');
  const max = numberWithin(raw.MaxNumberOfDigits, { min, max: MAX_DIGITS, fallback: MAX_DIGITS });
  if (max === 'invalid') return invalidNamed('MaxNumberOfDigits');
  const attemptMs = numberWithin(raw.RepeatDurationInMilliseconds, { min: 1 });
  if (attemptMs === 'invalid') return invalidNamed('RepeatDurationInMilliseconds');
  const repeat = numberWithin(raw.Repeat, { min: 1, fallback: 1 });
  if (repeat === 'invalid') return invalidNamed('Repeat');
  const gapMs = numberWithin(raw.InBetweenDigitsDurationInMilliseconds, { min: 1, fallback: attemptMs });
  if (gapMs === 'invalid') return invalidNamed('InBetweenDigitsDurationInMilliseconds');
  const terminators = keys(raw.TerminatorDigits);
  if (terminators === 'invalid') return invalidNamed('TerminatorDigits');
  const regex = text(raw.InputDigitsRegex);
  if (regex === 'invalid' || (regex !== undefined && !isPattern(regex)))
    return invalidNamed('InputDigitsRegex');
  return {
    InBetweenDigitsDurationInMilliseconds: gapMs,
    ...(regex === undefined ? {} : { InputDigitsRegex: regex }),
    MaxNumberOfDigits: max,
    MinNumberOfDigits: min,
    Repeat: repeat,
    RepeatDurationInMilliseconds: attemptMs,
    ...(terminators ? { TerminatorDigits: terminators } : {}),
  };
}

function invalidNamed(name: string): ActionFailure {
  return invalidParameter(`The ${name} parameter is invalid.`);
}

/** How an action plays its prompts; `failure` may have none. */
export interface Prompts<P> {
  main(doing: Doing<P, unknown>): PlayAudio | SpeakText;
  failure(doing: Doing<P, unknown>): PlayAudio | SpeakText | undefined;
}

type CollectingAction<P extends CollectParameters> = ActionDefinition<P, Collecting>;

/** `start`, `on` and `stop` of an action that collects digits with these prompts. */
export function collectDigits<P extends CollectParameters>(
  prompts: Prompts<P>,
): Required<Pick<CollectingAction<P>, 'start' | 'on' | 'stop'>> {
  const attemptNumber = (doing: Doing<P, unknown>, attempt: number): Progress<Collecting> => {
    const play = prompts.main(doing);
    return {
      next: 'waits',
      state: { phase: 'prompt', playId: play.playId, attempt, digits: '' },
      outputs: [play],
    };
  };
  const afterFailedAttempt = (doing: Doing<P, Collecting>): Progress<Collecting> => {
    const play = prompts.failure(doing);
    if (!play) return nextAttempt(doing);
    const state: Collecting = { ...doing.state, phase: 'failure', playId: play.playId, digits: '' };
    return { next: 'waits', state, outputs: [play] };
  };
  const nextAttempt = (doing: Doing<P, Collecting>): Progress<Collecting> =>
    doing.state.attempt < doing.parameters.Repeat
      ? attemptNumber(doing, doing.state.attempt + 1)
      : { next: 'fails', failure: failure('InvalidDigitsReceived', 'Invalid digits received.') };
  const judge = (doing: Doing<P, Collecting>, digits: string, terminator: string): Progress<Collecting> =>
    isValid(doing.parameters, digits, terminator)
      ? { next: 'succeeds', result: { ReceivedDigits: digits } }
      : afterFailedAttempt(doing);

  return {
    start: (doing) => attemptNumber(doing, 1),
    on: {
      PlaybackFinished(doing, { playId }) {
        if (playId !== doing.state.playId) return undefined;
        if (doing.state.phase === 'failure') return nextAttempt(doing);
        if (doing.parameters.MaxNumberOfDigits === 0) return judge(doing, '', '');
        return waitForDigits(doing, '', doing.parameters.RepeatDurationInMilliseconds);
      },
      PlaybackFailed: (doing, input) =>
        input.playId === doing.state.playId ? { next: 'fails', failure: edgeFailure(input) } : undefined,
      DigitPressed(doing, { digit }) {
        const { state } = doing;
        // Keys during the failure prompt are used up: they belong to no attempt.
        if (state.phase === 'failure') return { next: 'waits', state };
        // A key stops the prompt (barge-in) and counts.
        const bargeIn = stopPrompt(doing);
        return withOutputs(bargeIn, afterKey(doing, digit, judge));
      },
      // An attempt without any key fails also when no digit was demanded.
      TimeReached(doing) {
        const { digits } = doing.state;
        return digits === '' ? afterFailedAttempt(doing) : judge(doing, digits, '');
      },
    },
    stop: stopPrompt,
  };
}

/** What a key that counts does: end the attempt, or wait for the next one. */
function afterKey<P extends CollectParameters>(
  doing: Doing<P, Collecting>,
  digit: string,
  judge: (doing: Doing<P, Collecting>, digits: string, terminator: string) => Progress<Collecting>,
): Progress<Collecting> {
  const { parameters, state } = doing;
  if ((parameters.TerminatorDigits ?? DEFAULT_TERMINATORS).includes(digit)) {
    return judge(doing, state.digits, digit);
  }
  const digits = parameters.MaxNumberOfDigits === 0 ? '' : state.digits + digit;
  if (digits.length >= parameters.MaxNumberOfDigits) return judge(doing, digits, '');
  return waitForDigits(doing, digits, parameters.InBetweenDigitsDurationInMilliseconds);
}

function waitForDigits<P>(doing: Doing<P, Collecting>, digits: string, ms: number): Progress<Collecting> {
  const state: Collecting = { ...doing.state, phase: 'digits', playId: null, digits };
  return { next: 'waits', state, deadline: doing.now + ms };
}

/** Enough digits, and the pattern is found in them, with the terminator or without (pstn-audio C-43). */
function isValid(parameters: CollectParameters, digits: string, terminator: string): boolean {
  if (digits.length < parameters.MinNumberOfDigits) return false;
  const pattern = parameters.InputDigitsRegex;
  if (pattern === undefined) return true;
  return matches(pattern, digits) || (terminator !== '' && matches(pattern, digits + terminator));
}

function stopPrompt(doing: Doing<unknown, Collecting>): CallOutput[] {
  const { playId } = doing.state;
  return playId === null ? [] : [{ kind: 'StopPlayback', callId: doing.leg.callId, playId }];
}

function withOutputs(first: CallOutput[], progress: Progress<Collecting>): Progress<Collecting> {
  return { ...progress, outputs: [...first, ...(progress.outputs ?? [])] };
}
