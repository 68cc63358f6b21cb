import { buildPage } from '../../ui/build-page.ts';

/**
 * Builds the page of the calls into `outDir`, to be served under `/calls/`.
 *
 * @throws Error with Vite's words when a source file cannot be built; `outDir` is then incomplete.
 */
export const buildCallsPage = (outDir: string, signal?: AbortSignal): Promise<void> =>
  buildPage(new URL('.', import.meta.url), outDir, signal);
