/**
 * Defined when the package is built; absent in a checkout of the sources, whose threads use a loader for
 * TypeScript.
 */
declare const CHIME_LOCAL_PACKED: true | undefined;
/** Folder of the threads that `npm start` has bundled. */
declare const CHIME_LOCAL_BUNDLES: string | undefined;

/** The file that a thread runs, for each way of running; the first two are relative to the module that starts it. */
export interface ThreadEntry {
  source: string;
  packed: string;
  bundle: string;
}

/** The location of a thread's file. @param module the `import.meta.url` of the module that starts it */
export function threadEntry(module: string, { source, packed, bundle }: ThreadEntry): URL {
  if (typeof CHIME_LOCAL_BUNDLES !== 'undefined') return new URL(bundle, CHIME_LOCAL_BUNDLES);
  return new URL(typeof CHIME_LOCAL_PACKED === 'undefined' ? source : packed, module);
}
