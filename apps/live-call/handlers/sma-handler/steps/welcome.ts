import type { Action } from 'pstn-audio';
import { PROMPT } from '../prompts.ts';
import type { StepInput } from './step.ts';

/**
 * What somebody hears who is on the line: a second of nothing, the welcome and the question for the PIN, all by one action,
 * so that no key is lost, however early it is pressed. A first try waits for nobody: whoever else has shown the same
 * number cannot keep its owner waiting.
 */
export function welcome({ ports: { actions } }: StepInput): Action {
  return actions.askForPin(PROMPT.welcomeEnterPin);
}
