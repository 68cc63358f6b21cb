export { type FunctionPermission, FunctionPolicies } from './function-policies.ts';
export { type LambdaOptions, makeLambda } from './lambda.ts';
