import type { FunctionResponse } from '../documents.ts';
import type { InvocationEvent } from '../events/index.ts';

/** The function under test: what a Lambda handler is, without its context. Whatever it throws is an error of the function. */
export type Handler = (event: InvocationEvent) => FunctionResponse | Promise<FunctionResponse>;
