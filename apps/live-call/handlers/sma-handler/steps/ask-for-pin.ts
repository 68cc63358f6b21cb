import type { Action } from 'pstn-audio';
import { pause } from '../actions.ts';
import { numbers } from '../event.ts';
import { PROMPT } from '../prompts.ts';
import { slowingMs } from '../slowing.ts';
import type { StepInput } from './step.ts';

/** The name under which all withheld numbers are counted. */
const WITHHELD = 'withheld';
/** Characters of a caller's name that are used: it is part of a key, and a key may have 1024 bytes. */
const MAX_GUESSER_CHARACTERS = 128;

/** The name under which a caller's wrong guesses are counted. */
export function guesser({ event }: StepInput): string {
  return numbers(event).theirs.slice(0, MAX_GUESSER_CHARACTERS) || WITHHELD;
}

/**
 * After a wrong PIN: says so and asks again, after a delay that grows with the number's wrong guesses.
 * Without a delay the two are one action, so that keys pressed meanwhile count.
 */
export async function askAgain(input: StepInput): Promise<Action[]> {
  const { actions, meetingAccess } = input.ports;
  const slowed = pause(slowingMs(await meetingAccess.guessCount(guesser(input), input.now)));
  if (slowed.length === 0) return [actions.askForPin(PROMPT.wrongPin)];
  return [actions.play(PROMPT.wrongPin), ...slowed, actions.askForPin()];
}
