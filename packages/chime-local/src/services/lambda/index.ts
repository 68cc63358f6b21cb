export { type AsyncInvoker, createAsyncInvoker } from './async-invoker.ts';
export { type FunctionPermission, FunctionPolicies } from './function-policies.ts';
export { createLambda, type LambdaOptions } from './lambda.ts';
