/** What a function's sources read of its environment and nobody has set: said at the start, before a call fails of it. */
import path from 'node:path';
import { environmentReads } from './environment-reads.ts';

/** Lambda's own, the interpreter's, and what only says how much is logged. */
const NOT_OF_THE_APPLICATION =
  /^(?:AWS_|_?LAMBDA_|_X_AMZN|_HANDLER$|NODE_|PYTHON|(?:PATH|HOME|TZ|LANG|TMPDIR)$)|log_?level/i;

/** @returns a sentence with every such variable and the cure; undefined where nothing is missing */
export function missingVariables(
  entry: string,
  environment: Readonly<Record<string, string>>,
  /** Where the values may be written: `.env` beside the handler, or a configuration. */
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
