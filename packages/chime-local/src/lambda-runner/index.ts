/** Public entry point of the Lambda runner. */
export { type FunctionFault, faultInLine, framesOf } from './function-errors.ts';
export { inlineModules } from './inline-modules.ts';
export { INSTALL_MS, lockWhenFree } from './install-lock.ts';
export type * from './lambda-runner.ts';
export { LambdaServiceError } from './lambda-service-error.ts';
export { preparePython } from './python-environment.ts';
export { createPythonPackages, type PythonPackages } from './python-packages.ts';
export { createRuntimePackages, type RuntimePackages } from './runtime-packages.ts';
export { startLambdaRunner } from './start-lambda-runner.ts';
export { requestIdOfTrace } from './trace-id.ts';
