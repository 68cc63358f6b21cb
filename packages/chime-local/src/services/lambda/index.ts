export { type LambdaOptions, makeLambda } from './lambda.ts';
