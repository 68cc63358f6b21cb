/** Turns what a function threw into an error of the test's own process. */
import { framesOf } from '#lambda-runner';

/** Lambda's error document. */
interface FunctionFault {
  errorType?: string;
  errorMessage?: string;
  trace?: string[];
  /** The name that Python's runtime uses for the trace; the innermost call is the last. */
  stackTrace?: string[];
}

/** Makes an error whose stack names the function's own sources. `payload`: the document as the runtime sent it. */
export function errorOf(payload: string): Error {
  const fault = JSON.parse(payload) as FunctionFault;
  const { errorType = 'Error', errorMessage = payload, trace, stackTrace } = fault;
  const error = errorElsewhere(`${errorType}: ${errorMessage}`);
  if (trace) error.stack = trace.join('\n');
  else if (stackTrace) {
    const frames = framesOf(stackTrace).map(({ text, file, line }) => `    at ${text} (${file}:${line})`);
    error.stack = [`${errorType}: ${errorMessage}`, ...frames.reverse()].join('\n');
  }
  return error;
}

/** Makes an error that happened in another process: without a stack, which would name places of this one. */
export function errorElsewhere(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
