import { pause } from '../actions.ts';
import { NEW_CALL } from '../call-state.ts';
import { PAUSE_AFTER_ANSWER_MS } from '../limits.ts';
import { PROMPT } from '../prompts.ts';
import { slowedPrompt } from './ask-for-pin.ts';
import { result, type Step } from './step.ts';

/** Answer (the first sound does), wait a second, welcome, ask for the PIN. */
export const onNewInboundCall: Step = async (input) => {
  const { actions } = input.ports;
  return result(
    NEW_CALL,
    actions.play(PROMPT.answer),
    ...pause(PAUSE_AFTER_ANSWER_MS),
    actions.play(PROMPT.welcome),
    ...(await slowedPrompt(input)),
  );
};
