import { buildPage } from '../../../packages/ui/build-page.ts';
import config from './vite.config.ts';

/**
 * Builds the web client into `outDir`. The page needs a `config.json` (`ConsoleConfig`) beside its `index.html`, which
 * this function does not write.
 *
 * @throws Error of Vite when a source file cannot be built; `outDir` is then incomplete.
 */
export const buildConsole = (outDir: string): Promise<void> => buildPage(config, outDir);
