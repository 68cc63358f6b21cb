import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../../apps/live-call/console/build.ts';
import { buildPhonePage } from '../../packages/chime-local/phone/build.ts';
import { type Made, madeOf } from '../../packages/chime-local/src/stack/made-of.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const CONSOLE: Made = {
  what: 'the console',
  folder: '.local/console-builds',
  sources: ['apps/live-call/console', 'apps/live-call/contract', 'packages/ui/src', 'package-lock.json'],
  make: buildConsole,
};
const PHONE: Made = {
  what: 'the phone page',
  folder: '.local/phone-page-builds',
  sources: ['packages/chime-local/phone', 'packages/ui/src', 'package-lock.json'],
  make: buildPhonePage,
};

const built = (page: Made): Promise<string> => madeOf(ROOT, page, new AbortController().signal);

/** The folder of the built web client: built by the first test file that needs it, until a source changes. */
export const builtPage = (): Promise<string> => built(CONSOLE);

/** The same of the phone in the page. */
export const builtPhonePage = (): Promise<string> => built(PHONE);
