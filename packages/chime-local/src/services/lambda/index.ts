export { type AsyncInvoker, createAsyncInvoker } from './async-invoker.ts';
export { FunctionPolicies } from './function-policies.ts';
export { createLambda } from './lambda.ts';
