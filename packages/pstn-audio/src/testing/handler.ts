import type { FunctionResponse } from '../documents.ts';
import type { InvocationEvent } from '../events/index.ts';

/**
 * The function under test: a Lambda handler without the context argument. Whatever it throws is an error of
 * the function.
 */
export type Handler = (event: InvocationEvent) => FunctionResponse | Promise<FunctionResponse>;
