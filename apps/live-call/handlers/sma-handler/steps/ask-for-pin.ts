import type { Action } from 'pstn-audio';
import { pause } from '../actions.ts';
import { numbers } from '../event.ts';
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

/** The PIN prompt, later the more wrong guesses there were. */
export async function slowedPrompt(input: StepInput): Promise<Action[]> {
  const { ports, now } = input;
  const counts = await ports.meetingAccess.guessCounts(guesser(input), now);
  return [...pause(slowingMs(counts)), ports.actions.askForPin()];
}
