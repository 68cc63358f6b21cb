import type { COLLECTING_FIELDS } from '../../actions/digits.ts';
import { failure } from '../../failures.ts';
import type { MeantFields } from '../../schema/shape.ts';
import type { Behaviour, Doing, Progress } from '../actions/action.ts';
import { edgeFailure } from '../actions/playback.ts';
import type { CallOutput, PlayAudio, SpeakText } from '../outputs.ts';
import { matches } from './pattern.ts';

/**
 * Collecting digits in answer to a prompt: what PlayAudioAndGetDigits does with files and another action
 * may do with speech. DG: play-audio-get-digits.
 */

/** The digit parameters, checked. */
export type CollectParameters = MeantFields<typeof COLLECTING_FIELDS>;

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

/** How an action plays its prompts; `failure` may have none. */
export interface Prompts<P> {
  main(doing: Doing<P, unknown>): PlayAudio | SpeakText;
  failure(doing: Doing<P, unknown>): PlayAudio | SpeakText | undefined;
}

/** `start`, `on` and `stop` of an action that collects digits with these prompts. */
export function collectDigits<P extends CollectParameters>(
  prompts: Prompts<P>,
): Required<Behaviour<P, Collecting>> {
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
  return playId === null ? [] : [{ kind: 'StopPlayback', legId: doing.leg.legId, playId }];
}

function withOutputs(first: CallOutput[], progress: Progress<Collecting>): Progress<Collecting> {
  return { ...progress, outputs: [...first, ...(progress.outputs ?? [])] };
}
