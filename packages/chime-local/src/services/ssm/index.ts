export { ParameterStore, type StoredParameter } from './parameter-store.ts';
export { makeSsm } from './ssm.ts';
