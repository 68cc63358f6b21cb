export { ParameterStore, type StoredParameter } from './parameter-store.ts';
export { createSsm } from './ssm.ts';
