import { NEW_CALL } from '../call-state.ts';
import { PROMPT } from '../prompts.ts';
import { result, type Step } from './step.ts';
import { welcome } from './welcome.ts';

/** Answer (the first sound does), then welcome. */
export const onNewInboundCall: Step = async (input) =>
  result(NEW_CALL, input.ports.actions.play(PROMPT.answer), ...welcome(input));
