import type { COLLECTING_FIELDS } from '../../actions/digits.ts';
import { failure } from '../../failures.ts';
import type { MeantFields } from '../../schema/shape.ts';
import type { Behaviour, Doing, Progress } from '../actions/action.ts';
import { edgeFailure } from '../actions/playback.ts';
import type { CallOutput, PlayAudio, SpeakText } from '../outputs.ts';
import { matches } from './pattern.ts';

/**
 * Collects digits in response to a prompt, which is a file in PlayAudioAndGetDigits and speech in
 * SpeakAndGetDigits. DG: play-audio-get-digits.
 */

/** The checked digit parameters. */
export type CollectParameters = MeantFields<typeof COLLECTING_FIELDS>;

const DEFAULT_TERMINATORS = ['#'];

/** State of an action that collects digits. */
export type Collecting = {
  /** Playing the main prompt, waiting for digits, or playing the failure prompt. */
  phase: 'prompt' | 'digits' | 'failure';
  /** The play request of the current prompt; null while waiting for digits. */
  playId: string | null;
  /** Number of the current attempt, from 1. */
  attempt: number;
  digits: string;
};

/** Make the requests that play an action's prompts. There may be no failure prompt. */
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
        // Keys during the failure prompt are consumed: they belong to no attempt.
        if (state.phase === 'failure') return { next: 'waits', state };
        // A key stops the prompt (barge-in) and counts.
        const bargeIn = stopPrompt(doing);
        return withOutputs(bargeIn, afterKey(doing, digit, judge));
      },
      // An attempt without any key fails even if no digit was required.
      TimeReached(doing) {
        const { digits } = doing.state;
        return digits === '' ? afterFailedAttempt(doing) : judge(doing, digits, '');
      },
    },
    stop: stopPrompt,
  };
}

/** Applies a key that counts: ends the attempt, or waits for the next key. */
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

/** Whether there are enough digits and they contain the pattern, with or without the terminator (pstn-audio C-43). */
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
