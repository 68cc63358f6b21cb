import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildStep, buildCached } from '#platform';
import { buildConsole } from '../../apps/live-call/console/build.ts';
import { buildCallsPage } from '../../packages/chime-local/calls-page/build.ts';
import { buildPhonePage } from '../../packages/chime-local/phone/build.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const CONSOLE: BuildStep = {
  what: 'the console',
  folder: '.local/console-builds',
  sources: ['apps/live-call/console', 'apps/live-call/contract', 'packages/ui', 'package-lock.json'],
  build: buildConsole,
};
const PHONE: BuildStep = {
  what: 'the phone page',
  // The runtime's own: whoever needs it first builds it for the other.
  folder: '.local/phone',
  sources: ['packages/chime-local/phone', 'packages/ui', 'package-lock.json'],
  build: buildPhonePage,
};

const CALLS: BuildStep = {
  what: 'the page of the calls',
  folder: '.local/calls-page',
  sources: ['packages/chime-local/calls-page', 'packages/ui', 'package-lock.json'],
  build: buildCallsPage,
};

const built = (page: BuildStep): Promise<string> => buildCached(ROOT, page, new AbortController().signal);

/** The folder of the built web client: built by the first test file that needs it, until a source changes. */
export const builtPage = (): Promise<string> => built(CONSOLE);

/** The same of the phone in the page. */
export const builtPhonePage = (): Promise<string> => built(PHONE);

/** The same of the page of the calls. */
export const builtCallsPage = (): Promise<string> => built(CALLS);
