// What `--help` prints, where nothing need be installed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';

/** The exports of a TypeScript file without types: where nothing is installed, nothing could take types away. */
export function importUntyped(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** Prints what the command takes: the options of a start. */
export async function printOptions(command) {
  const { OPTIONS_HELP } = await importUntyped('packages/chime-local/src/cli/usage.ts');
  process.stdout.write(`${command} [options]\n${OPTIONS_HELP}`);
}
