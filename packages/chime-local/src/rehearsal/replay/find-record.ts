import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '#platform';

/** Where the records of a data folder are. */
export const RECORDS_FOLDER = 'calls';
const EXTENSION = '.jsonl';
/** Maximum number of files of a folder that are read as an exported log; more suggest a wrong folder. Our limit. */
const MAX_FILES = 1_000;
/** Maximum number of calls that an error lists. */
const MAX_LISTED = 10;

/** The names of the records, newest first. */
function recordsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .flatMap((name) => {
      // A running stack removes its oldest records meanwhile; a killed one leaves empty records.
      const about = statSync(path.join(folder, name), { throwIfNoEntry: false });
      return about?.size ? [{ name, at: about.mtimeMs }] : [];
    })
    .sort((one, other) => other.at - one.at)
    .map(({ name }) => name.slice(0, -EXTENSION.length));
}

/**
 * The files at a place. An export to S3 is a folder with one folder for each log stream, which holds
 * compressed files.
 */
function filesOf(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  const files = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  if (files.length > MAX_FILES) {
    throw new UserError(
      `${place} has ${files.length} files, and at most ${MAX_FILES} are read: name the file of one log stream.`,
    );
  }
  return files;
}

/** @throws UserError */
function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (isCompressed(bytes) ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const cure = code?.startsWith('Z_') ? 'it is damaged; download it again' : 'see to its permissions';
    throw new UserError(`${file} cannot be read (${message}): ${cure}.`);
  }
}

/** RFC 1952, 2.3.1: ID1 and ID2. */
const isCompressed = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A recorded call in a data folder. */
export interface StoredRecord {
  transactionId: string;
  /** Returns the text of the record. @throws UserError if it cannot be read */
  read(): string;
}

/**
 * Every recorded call of a data folder, the newest first.
 *
 * @throws UserError if no call is recorded there
 */
export function everyRecord(dataDirectory: string): StoredRecord[] {
  const folder = path.join(dataDirectory, RECORDS_FOLDER);
  const all = recordsIn(folder);
  if (all.length === 0) throw new UserError(`${noRecordsIn(folder)}.`);
  return all.map((transactionId) => ({
    transactionId,
    read: () => readText(path.join(folder, `${transactionId}${EXTENSION}`)),
  }));
}

const noRecordsIn = (folder: string): string =>
  `no call is recorded in ${folder}; another data folder is named with --data DIR`;

/**
 * The texts that CALL names: a file, the files of a folder, the last call, a TransactionId or a unique
 * beginning of one.
 *
 * @throws UserError if it names no call, several calls, or a file that cannot be read
 */
export function findRecord(call: string, dataDirectory: string, directory: string): string[] {
  const place = path.resolve(directory, call);
  if (existsSync(place)) return filesOf(place).map(readText);
  const folder = path.join(dataDirectory, RECORDS_FOLDER);
  const all = recordsIn(folder);
  const named = call === 'last' ? all.slice(0, 1) : all.filter((id) => id.startsWith(call));
  const [only] = named;
  if (only !== undefined && named.length === 1) {
    return [readText(path.join(folder, `${only}${EXTENSION}`))];
  }
  const list = (ids: readonly string[]): string => ids.slice(0, MAX_LISTED).join(', ');
  if (named.length > 1) {
    throw new UserError(
      `${JSON.stringify(call)} begins ${named.length} calls, ${list(named)}: write more of the one that you mean.`,
    );
  }
  const there = all.length === 0 ? noRecordsIn(folder) : `the last ones are ${list(all)}`;
  throw new UserError(`${JSON.stringify(call)} is neither a file nor a recorded call: ${there}.`);
}
