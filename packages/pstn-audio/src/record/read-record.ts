import { ENTRY_KINDS, type EntryOf, entryFlaws, RECORD_VERSION, type RecordEntry } from './entries.ts';

/** A record that was read. */
export interface CallRecord {
  readonly begin: EntryOf<'Begin'>;
  /** All entries, `begin` first. */
  readonly entries: readonly RecordEntry[];
  /** True if the record contains the call's end: not while the call is in progress, nor if its runtime was killed. */
  readonly complete: boolean;
}

/** The text is not a record of a call, or has another version. The message names the line. */
export class RecordError extends Error {
  override name = 'RecordError';
}

/**
 * Reads a record in JSON Lines. An incomplete line, as a killed runtime may leave it, is skipped. So are
 * unknown kinds of entries and unknown members, which a later program may write without a new version.
 *
 * @throws RecordError
 */
export function readRecord(text: string): CallRecord {
  const lines = text.split('\n');
  const torn = lines.pop();
  const entries: RecordEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const cutOff = parsed(line) === undefined && isTakenUp(lines.slice(index + 1));
    const entry = line === '' || cutOff ? undefined : readEntry(line, index + 1);
    if (entry) entries.push(entry);
  }
  if (torn) {
    const last = parsed(torn);
    if (last !== undefined && isKnown(last) && flawsOf(last).length === 0) entries.push(last as RecordEntry);
  }
  const [begin] = entries;
  if (begin?.kind !== 'Begin')
    throw new RecordError(
      'It is no record of a call: its first line is no Begin. Name a file of the folder calls in a data folder.',
    );
  const complete = entries.some((entry) => entry.kind === 'Output' && entry.output.kind === 'CallEnded');
  return { begin, entries, complete };
}

/** Whether the next runtime continued the record after an incomplete line. */
function isTakenUp(following: readonly string[]): boolean {
  return following.find((line) => line !== '')?.startsWith('{"kind":"Restored"') ?? false;
}

const isKnown = (value: unknown): boolean => {
  const { kind } = value as { kind?: unknown };
  return typeof kind !== 'string' || ENTRY_KINDS.some((known) => known === kind);
};

const flawsOf = (value: unknown) => entryFlaws(value).filter(({ unknown }) => !unknown);

/** Returns undefined for an entry of an unknown kind. */
function readEntry(line: string, number: number): RecordEntry | undefined {
  const value = parsed(line);
  if (value === undefined) {
    throw new RecordError(
      `Line ${number} of the record is no JSON: the file is damaged. Take another copy of it, or another call.`,
    );
  }
  const { record, writer } = value as { record?: unknown; writer?: unknown };
  if (number === 1 && record !== undefined && record !== RECORD_VERSION) {
    throw new RecordError(
      `The record has version ${record}, and version ${RECORD_VERSION} can be read here: use the program that wrote it (${writer}).`,
    );
  }
  if (!isKnown(value)) return undefined;
  const [flaw] = flawsOf(value);
  if (flaw) {
    const found = JSON.stringify(flaw.value)?.slice(0, 100) ?? 'nothing';
    throw new RecordError(
      `Line ${number} of the record: ${flaw.path.join('.')} is ${found}; allowed is ${flaw.allowed}.`,
    );
  }
  return value as RecordEntry;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined;
  }
}
