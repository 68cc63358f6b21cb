import { buildPage, pageConfig } from '../../ui/build-page.ts';

/** JsSIP is half of the page's script: its grammar is a generated parser. */
const SCRIPT_KB = 700;
const CONFIG = pageConfig(new URL('.', import.meta.url), '/phone/', SCRIPT_KB);

/**
 * Builds the phone's page into `outDir`, to be served under `/phone/`. The page asks for `/phone/config.json`
 * (`PhoneConfig`), which this function does not write.
 *
 * @throws Error of Vite when a source file cannot be built; `outDir` is then incomplete.
 */
export const buildPhonePage = (outDir: string): Promise<void> => buildPage(CONFIG, outDir);
