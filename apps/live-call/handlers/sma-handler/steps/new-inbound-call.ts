import { NEW_CALL } from '../call-state.ts';
import { result, type Step } from './step.ts';
import { welcome } from './welcome.ts';

/** Welcome, which answers: the first action with sound does. */
export const onNewInboundCall: Step = async (input) => result(NEW_CALL, welcome(input));
