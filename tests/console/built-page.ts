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

/**
 * The folder of the built web client. The first test file that needs it builds it; it is reused until a
 * source changes.
 */
export const builtPage = (): Promise<string> => buildCached(ROOT, CONSOLE, never);

/** Likewise for the phone in the page; the runtime uses the same build, whichever needs it first. */
export const builtPhonePage = (): Promise<string> => phonePageFolder(never);

/** Likewise for the calls page. */
export const builtCallsPage = (): Promise<string> => callsPageFolder(never);
