export { ParameterStore } from './parameter-store.ts';
export { createSsm } from './ssm.ts';
