import { buildPage } from '../../ui/build-page.ts';

/**
 * Builds the phone page into `outDir`, to be served under `/phone/`. The page requests `/phone/config.json`
 * (`PhoneConfig`), which this function does not write.
 *
 * @throws Error with Vite's message if a source file cannot be built; `outDir` is then incomplete
 */
export const buildPhonePage = (outDir: string, signal?: AbortSignal): Promise<void> =>
  buildPage(new URL('.', import.meta.url), outDir, signal);
