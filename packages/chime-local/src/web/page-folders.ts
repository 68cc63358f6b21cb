import path from 'node:path';
import { buildCached, CHECKOUT } from '#platform';

/** Defined by the package's build; undefined in a checkout of the sources. */
declare const CHIME_LOCAL_PACKED: true | undefined;

type Build = (outDir: string, signal?: AbortSignal) => Promise<void>;

/**
 * The folder of the built phone page. It is part of the installed package; in a checkout the page is built
 * when its sources have changed.
 */
export const phonePageFolder = (signal: AbortSignal): Promise<string> =>
  pageFolder('phone', 'the phone page', signal, async () => {
    const { buildPhonePage } = await import('../../phone/build.ts');
    return buildPhonePage;
  });

/** The folder of the built calls page, provided in the same way. */
export const callsPageFolder = (signal: AbortSignal): Promise<string> =>
  pageFolder('calls-page', 'the page of the calls', signal, async () => {
    const { buildCallsPage } = await import('../../calls-page/build.ts');
    return buildCallsPage;
  });

async function pageFolder(
  name: string,
  what: string,
  signal: AbortSignal,
  load: () => Promise<Build>,
): Promise<string> {
  if (typeof CHIME_LOCAL_PACKED !== 'undefined') return path.resolve(import.meta.dirname, '..', name);
  const shared = ['packages/chime-local/call-trace', 'packages/ui', 'package-lock.json'];
  const sources = [`packages/chime-local/${name}`, ...shared];
  const build = async (outdir: string): Promise<void> => (await load())(outdir, signal);
  return buildCached(CHECKOUT, { what, folder: `.local/${name}`, sources, build }, signal);
}
