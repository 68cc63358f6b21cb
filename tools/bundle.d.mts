export const BUNDLES: string;
export function importBundled(entry: string): Promise<Record<string, unknown>>;
export function bundleThreads(): Promise<void>;
