import { buildPage } from '../../../packages/ui/build-page.ts';

/**
 * Builds the web client into `outDir`. The page needs a `config.json` (`ConsoleConfig`) beside its
 * `index.html`, which this function does not write.
 *
 * @throws Error with Vite's message when a source file cannot be built; `outDir` is then incomplete.
 */
export const buildConsole = (outDir: string, signal?: AbortSignal): Promise<void> =>
  buildPage(new URL('.', import.meta.url), outDir, signal);
