/**
 * The error documents that Lambda itself writes if the function cannot. Source: Lambda developer guide,
 * "Troubleshoot invocation issues", and the messages that Lambda returns.
 */
const asDocument = (errorType: string, errorMessage: string): string =>
  JSON.stringify({ errorType, errorMessage });

export const timedOut = (requestId: string, seconds: number): string =>
  asDocument(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  );

export const outOfMemory = (requestId: string): string =>
  asDocument(
    'Runtime.OutOfMemory',
    `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  );

/** `code` and `signal` come from the `exit` event of the process. The function's log has the same sentence. */
export function exitSentence(requestId: string, code: number | null, signal: string | null): string {
  const how = signal
    ? `Runtime exited with error: signal: ${SIGNAL_WORDS[signal] ?? signal}`
    : code
      ? `Runtime exited with error: exit status ${code}`
      : 'Runtime exited without providing a reason';
  return `RequestId: ${requestId} Error: ${how}`;
}

export const exited = (...how: Parameters<typeof exitSentence>): string =>
  asDocument('Runtime.ExitError', exitSentence(...how));

/** The names of signals in Go, the language of Lambda's supervisor. */
const SIGNAL_WORDS: Record<string, string> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGBUS: 'bus error',
};

export const invalidEntrypoint = (requestId: string, reason: string): string =>
  asDocument('Runtime.InvalidEntrypoint', `RequestId: ${requestId} Error: ${reason}`);

export const responseTooLarge = (limit: number): string =>
  asDocument(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
  );
