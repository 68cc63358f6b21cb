import type { Action } from 'pstn-audio';
import { pause } from '../actions.ts';
import { isTelephoneNumber, numbers } from '../event.ts';
import { slowingMs } from '../slowing.ts';
import type { StepInput } from './step.ts';

/** Numbers that are not shown are counted as one. */
const WITHHELD = 'withheld';
/** Characters of a caller's name that count: it is part of a key, and a key has 1024 bytes. */
const MAX_GUESSER_CHARACTERS = 128;

/** Under which name a caller's wrong guesses are counted. */
export function guesser({ event }: StepInput): string {
  return numbers(event).theirs.slice(0, MAX_GUESSER_CHARACTERS) || WITHHELD;
}

/**
 * The PIN prompt, later the more wrong guesses the number has made. A first try waits for nobody else's: callers
 * without a number are many, and are slowed only by what this call has tried.
 */
export async function slowedPrompt(input: StepInput): Promise<Action[]> {
  const { ports, now, state } = input;
  const name = guesser(input);
  if (!isTelephoneNumber(name) && state.tries === 0) return [ports.actions.askForPin()];
  return [...pause(slowingMs(await ports.meetingAccess.guessCount(name, now))), ports.actions.askForPin()];
}
