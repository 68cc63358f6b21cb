/** Defined when the package is built; absent in a checkout of the sources, whose thread brings a loader for them. */
declare const CHIME_LOCAL_PACKED: true | undefined;
/** Where `npm start` has bundled the threads. */
declare const CHIME_LOCAL_BUNDLES: string | undefined;

/** The file that a thread runs, in each form in which the runtime comes; the first two relative to the module that starts it. */
export interface ThreadEntry {
  source: string;
  packed: string;
  bundle: string;
}

/** Where a thread's file is. @param module the `import.meta.url` of the module that starts it */
export function threadEntry(module: string, { source, packed, bundle }: ThreadEntry): URL {
  if (typeof CHIME_LOCAL_BUNDLES !== 'undefined') return new URL(bundle, CHIME_LOCAL_BUNDLES);
  return new URL(typeof CHIME_LOCAL_PACKED === 'undefined' ? source : packed, module);
}
