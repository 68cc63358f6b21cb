/** Total milliseconds for which this folder's tests are hostile: seconds in `npm test`, as given by `npm run soak`. */
const TOLD_MS = Number(process.env.HOSTILE_MS ?? 0);

/**
 * Milliseconds for which one test is hostile: `usualMs`, or its share of the given time. Files run in
 * parallel, and the `parts` tests of one file one after another.
 */
export function hostileMs(usualMs: number, parts: number): number {
  return Math.max(usualMs, TOLD_MS / parts);
}

/** Vitest's timeout for such a test. */
export function patienceMs(usualMs: number, parts: number): number {
  return hostileMs(usualMs, parts) + 60_000;
}

/** During a soak, prints the size of the process before and after, in MB. */
export function tellSizes(what: string, before: number, after: number): void {
  if (TOLD_MS === 0) return;
  const round = (megabytes: number) => megabytes.toFixed(1);
  process.stdout.write(`${what}: ${round(before)} MB before the strangers, ${round(after)} MB after.\n`);
}
