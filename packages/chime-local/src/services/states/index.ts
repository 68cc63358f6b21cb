export type { Definition } from './definition.ts';
export { StateMachines } from './state-machines.ts';
export { createStates } from './states.ts';
