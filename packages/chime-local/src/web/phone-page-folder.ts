import path from 'node:path';
import { buildCached, CHECKOUT } from '#platform';

/** Defined when the package is built; absent in a checkout of the sources. */
declare const CHIME_LOCAL_PACKED: true | undefined;

/** What the page is built of. */
const SOURCES = ['packages/chime-local/phone', 'packages/ui', 'package-lock.json'];

/**
 * The folder of the built phone page: part of the installed package; in a checkout it is built when its sources have
 * changed.
 */
export async function phonePageFolder(signal: AbortSignal): Promise<string> {
  if (typeof CHIME_LOCAL_PACKED !== 'undefined') return path.resolve(import.meta.dirname, '..', 'phone');
  const build = async (outdir: string): Promise<void> => {
    const { buildPhonePage } = await import('../../phone/build.ts');
    await buildPhonePage(outdir, signal);
  };
  return buildCached(
    CHECKOUT,
    { what: 'the phone page', folder: '.local/phone', sources: SOURCES, build },
    signal,
  );
}
