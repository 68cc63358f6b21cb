/** Milliseconds for which this folder's tests are hostile in all: seconds in `npm test`, as long as told by `npm run soak`. */
const TOLD_MS = Number(process.env.HOSTILE_MS ?? 0);

/**
 * Milliseconds that one test is hostile for: `usualMs`, or its part of what was told. Files run side by side, and `parts`
 * tests of one file one after the other.
 */
export function hostileMs(usualMs: number, parts: number): number {
  return Math.max(usualMs, TOLD_MS / parts);
}

/** What Vitest is to allow such a test. */
export function patienceMs(usualMs: number, parts: number): number {
  return hostileMs(usualMs, parts) + 60_000;
}

/** Of a soak: how large the process was before and after, in MB. */
export function tellSizes(what: string, before: number, after: number): void {
  if (TOLD_MS === 0) return;
  const round = (megabytes: number) => megabytes.toFixed(1);
  process.stdout.write(`${what}: ${round(before)} MB before the strangers, ${round(after)} MB after.\n`);
}
