import { NEW_CALL } from '../call-state.ts';
import { result, type Step } from './step.ts';
import { welcome } from './welcome.ts';

/** Plays the welcome, which also answers the call: the first action with sound does so. */
export const onNewInboundCall: Step = async (input) => result(NEW_CALL, welcome(input));
