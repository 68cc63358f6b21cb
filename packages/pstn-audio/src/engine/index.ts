/** The public interface of the call engine: what can happen to a call, and what is to be done about it. */
export type { Call, CallState, Leg } from './call.ts';
export { acceptsUpdates, isEndedByService } from './call.ts';
export type * from './inputs.ts';
export type * from './outputs.ts';
export { step } from './transitions.ts';
