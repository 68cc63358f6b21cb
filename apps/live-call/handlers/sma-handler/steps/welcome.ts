import type { Action } from 'pstn-audio';
import { pause } from '../actions.ts';
import { PAUSE_AFTER_ANSWER_MS } from '../limits.ts';
import { PROMPT } from '../prompts.ts';
import { slowedPrompt } from './ask-for-pin.ts';
import type { StepInput } from './step.ts';

/** What somebody hears who is on the line: a second of nothing, the welcome, the question for the PIN. */
export async function welcome(input: StepInput): Promise<Action[]> {
  const { actions } = input.ports;
  return [...pause(PAUSE_AFTER_ANSWER_MS), actions.play(PROMPT.welcome), ...(await slowedPrompt(input))];
}
