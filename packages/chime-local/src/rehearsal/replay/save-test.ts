import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Mask, type ReportedEntry } from 'pstn-audio/record';
import { type TestOfCall, testNames, testText } from '#call-record';
import { UserError } from '#platform';

/** The record without credentials but with its keys, which the test passes to the handler. */
function withoutCredentials(record: string): string {
  const mask = new Mask('kept');
  const lines = record.trim().split('\n');
  return `${lines.map((line) => JSON.stringify(mask.entry(JSON.parse(line) as ReportedEntry))).join('\n')}\n`;
}

/**
 * Writes the call and a test of it, which passes as long as the code answers as today. Returns the test's path.
 *
 * @throws UserError if the folder cannot be written
 */
export function saveTest(folder: string, call: TestOfCall): string {
  const names = testNames(call.transactionId, call.form);
  const file = path.join(folder, names.test);
  const text = testText(folder, call);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, names.record), withoutCredentials(call.record));
    writeFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${folder} cannot be written (${code}): name another folder with --save-test DIR.`);
  }
  return file;
}
