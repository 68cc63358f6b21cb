// The options of `npm start`, where nothing need be installed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';

/** Prints what the command takes: the options of a start. */
export async function printOptions(command) {
  // The text has no types in it: it can be read where nothing is installed that would take them away.
  const text = readFileSync(path.join(root, 'packages/chime-local/src/cli/usage.ts'), 'utf8');
  const { OPTIONS_HELP } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  process.stdout.write(`${command} [options]\n${OPTIONS_HELP}`);
}
