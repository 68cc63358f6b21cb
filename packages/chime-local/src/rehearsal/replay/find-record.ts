import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '#platform';

/** Where the records of a data folder are. */
export const RECORDS_FOLDER = 'calls';
const EXTENSION = '.jsonl';
/** Calls that an error lists. */
const MAX_LISTED = 10;

/** Names of records, the newest first. */
function recordsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => ({ name, at: statSync(path.join(folder, name)).mtimeMs }))
    .sort((one, other) => other.at - one.at)
    .map(({ name }) => name.slice(0, -EXTENSION.length));
}

/**
 * The text that CALL names: a file, the last call, a TransactionId or the beginning of one that no other has.
 *
 * @throws UserError when it names no call, or several
 */
export function findRecord(call: string, dataDirectory: string, directory: string): string {
  const file = path.resolve(directory, call);
  if (existsSync(file) && statSync(file).isFile()) return readFileSync(file, 'utf8');
  const folder = path.join(dataDirectory, RECORDS_FOLDER);
  const all = recordsIn(folder);
  const named = call === 'last' ? all.slice(0, 1) : all.filter((id) => id.startsWith(call));
  const [only] = named;
  if (only !== undefined && named.length === 1) {
    return readFileSync(path.join(folder, `${only}${EXTENSION}`), 'utf8');
  }
  const list = (ids: readonly string[]): string => ids.slice(0, MAX_LISTED).join(', ');
  if (named.length > 1) {
    throw new UserError(`${JSON.stringify(call)} begins ${named.length} calls: ${list(named)}.`);
  }
  const there =
    all.length === 0
      ? `no call is recorded in ${folder}; another data folder is named with --data DIR`
      : `the last ones are ${list(all)}`;
  throw new UserError(`${JSON.stringify(call)} is neither a file nor a recorded call: ${there}.`);
}
