import type { Action } from 'pstn-audio';
import { pause } from '../actions.ts';
import { PAUSE_AFTER_ANSWER_MS } from '../limits.ts';
import { PROMPT } from '../prompts.ts';
import type { StepInput } from './step.ts';

/**
 * What somebody hears who is on the line: a second of nothing, then the welcome and the question for the PIN in one.
 * A first try waits for nobody: whoever else has shown the same number cannot keep its owner waiting.
 */
export function welcome({ ports: { actions } }: StepInput): Action[] {
  return [...pause(PAUSE_AFTER_ANSWER_MS), actions.askForPin(PROMPT.welcomeEnterPin)];
}
