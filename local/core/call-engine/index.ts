/** The front door of the call engine: what can happen to a call, and what is to be done about it. */
export type * from './inputs.ts';
export type * from './outputs.ts';
