import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildStep, buildCached } from '#platform';
import { callsPageFolder, phonePageFolder } from '#web';
import { buildConsole } from '../../apps/live-call/console/build.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const CONSOLE: BuildStep = {
  what: 'the console',
  folder: '.local/console-builds',
  sources: ['apps/live-call/console', 'apps/live-call/contract', 'packages/ui', 'package-lock.json'],
  build: buildConsole,
};
const never = new AbortController().signal;

/** The folder of the built web client: built by the first test file that needs it, until a source changes. */
export const builtPage = (): Promise<string> => buildCached(ROOT, CONSOLE, never);

/** The same of the phone in the page: the runtime's own, so that whoever needs it first builds it for the other. */
export const builtPhonePage = (): Promise<string> => phonePageFolder(never);

/** The same of the page of the calls. */
export const builtCallsPage = (): Promise<string> => callsPageFolder(never);
