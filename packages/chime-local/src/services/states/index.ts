export type { Definition } from './definition.ts';
export { StateMachines } from './state-machines.ts';
export { createStates } from './states.ts';
export type { CallService } from './tasks.ts';
