// Prints `--help`, even where nothing is installed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';

/** The exports of a TypeScript file that contains no types: where nothing is installed, types could not be removed. */
export function importUntyped(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** Prints the options that the command takes, which are those of a start. */
export async function printOptions(command) {
  const { OPTIONS_HELP } = await importUntyped('packages/chime-local/src/cli/usage.ts');
  process.stdout.write(`${command} [options]\n${OPTIONS_HELP}`);
}
