/** What a function threw, as an error of the test's own process. */
import { framesOf } from '#lambda-runner';

/** Lambda's error document. */
interface FunctionFault {
  errorType?: string;
  errorMessage?: string;
  trace?: string[];
  /** Python's runtime calls it so; the innermost call is the last. */
  stackTrace?: string[];
}

/** With the places of the function's own sources. `payload`: the document as the runtime sent it. */
export function errorOf(payload: string): Error {
  const fault = JSON.parse(payload) as FunctionFault;
  const { errorType = 'Error', errorMessage = payload, trace, stackTrace } = fault;
  const error = new Error(`${errorType}: ${errorMessage}`);
  if (trace) error.stack = trace.join('\n');
  else if (stackTrace) {
    const frames = framesOf(stackTrace).map(({ text, file, line }) => `    at ${text} (${file}:${line})`);
    error.stack = [`${errorType}: ${errorMessage}`, ...frames.reverse()].join('\n');
  }
  return error;
}
