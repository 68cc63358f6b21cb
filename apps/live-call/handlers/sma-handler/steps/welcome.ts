import type { Action } from 'pstn-audio';
import { PROMPT } from '../prompts.ts';
import type { StepInput } from './step.ts';

/**
 * What a person on the line hears first: a second of silence, the welcome and the question for the PIN, all
 * in one action, so that no key is lost, however early it is pressed. A first try is never delayed: other
 * callers who have shown the same number cannot keep its owner waiting.
 */
export function welcome({ ports: { actions } }: StepInput): Action {
  return actions.askForPin(PROMPT.welcomeEnterPin);
}
