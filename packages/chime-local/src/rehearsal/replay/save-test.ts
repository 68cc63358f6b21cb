import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Mask, type ReportedEntry } from 'pstn-audio/record';
import { type TestOfCall, testNames, testText } from '#call-record';

/** The record without credentials but with its keys, which the test passes to the handler. */
function withoutCredentials(record: string): string {
  const mask = new Mask('kept');
  const lines = record.trim().split('\n');
  return `${lines.map((line) => JSON.stringify(mask.entry(JSON.parse(line) as ReportedEntry))).join('\n')}\n`;
}

/** Writes the call and a test of it, which passes as long as the code answers as today. Returns the test's path. */
export function saveTest(folder: string, call: TestOfCall): string {
  const names = testNames(call.transactionId, call.form);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, names.record), withoutCredentials(call.record));
  const file = path.join(folder, names.test);
  writeFileSync(file, testText(folder, call));
  return file;
}
