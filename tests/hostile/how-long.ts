/** Milliseconds for which this folder's tests are hostile in all: a minute's worth in `npm test`, as long as told by `npm run soak`. */
const TOLD_MS = Number(process.env.HOSTILE_MS ?? 0);

/** Milliseconds that one test is hostile for: `usualMs`, or as much longer as the whole is told to be. */
export function hostileMs(usualMs: number): number {
  return Math.max(usualMs, (usualMs * TOLD_MS) / 60_000);
}

/** What Vitest is to allow such a test. */
export function patienceMs(usualMs: number): number {
  return hostileMs(usualMs) + 60_000;
}
