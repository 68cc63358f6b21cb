import { buildPage } from '../../ui/build-page.ts';

/**
 * Builds the phone's page into `outDir`, to be served under `/phone/`. The page asks for `/phone/config.json`
 * (`PhoneConfig`), which this function does not write.
 *
 * @throws Error with Vite's words when a source file cannot be built; `outDir` is then incomplete.
 */
export const buildPhonePage = (outDir: string, signal?: AbortSignal): Promise<void> =>
  buildPage(new URL('.', import.meta.url), outDir, signal);
