/**
 * Reports unset environment variables that a function's sources read, at the start rather than when a call
 * fails.
 */
import path from 'node:path';
import { environmentReads } from './environment-reads.ts';

/** Variables that Lambda or the interpreter sets, and those that only set a log level. */
const NOT_OF_THE_APPLICATION =
  /^(?:AWS_|_?LAMBDA_|_X_AMZN|_HANDLER$|NODE_|PYTHON|(?:PATH|HOME|TZ|LANG|TMPDIR)$)|log_?level/i;

/** @returns a sentence with every such variable and the remedy; undefined if none is missing */
export function missingVariables(
  entry: string,
  environment: Readonly<Record<string, string>>,
  /** Where to set the values: `.env` beside the handler, or a configuration. */
  where: string,
): string | undefined {
  const missing = environmentReads(entry)
    .filter(
      ({ name, needed }) => needed && environment[name] === undefined && !NOT_OF_THE_APPLICATION.test(name),
    )
    .map(({ name }) => name);
  if (missing.length === 0) return undefined;
  return `${path.basename(entry)} reads ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not set: ${where}.`;
}
