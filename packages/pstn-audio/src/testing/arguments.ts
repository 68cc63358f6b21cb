/** Checks what a test passes to a call: without types, a mistake would look like a fault of the handler. */
import type { Expected } from './sounds.ts';

/** @throws TypeError if it is not something that can be heard */
export function checkExpected(expected: Expected): void {
  if (typeof expected === 'string' && expected !== '') return;
  if (typeof expected === 'object' && expected !== null) return;
  throw new TypeError(
    `hears takes the key of a file or its end, words of a text, keys, or a pattern, not ${shown(expected)}.`,
  );
}

/** @throws TypeError if a telephone has no such keys */
export function checkKeys(keys: string): void {
  if (typeof keys !== 'string') throw new TypeError(`press takes keys as a text, not ${shown(keys)}.`);
  const odd = /[^0-9*#A-D]/.exec(keys)?.[0];
  if (odd === undefined) return;
  throw new TypeError(`A telephone has no key ${shown(odd)}: press takes 0 to 9, *, # and A to D.`);
}

/** @throws TypeError if `within` is not a number of milliseconds in an object */
export function checkPatience(method: string, patience: { within?: number }): void {
  const { within } = Object(patience) as { within?: unknown };
  const isObject = typeof patience === 'object' && patience !== null;
  if (isObject && (within === undefined || (typeof within === 'number' && within >= 0))) return;
  const given = isObject ? `{ within: ${shown(within)} }` : shown(patience);
  throw new TypeError(`${method} waits { within: MILLISECONDS }, not ${given}.`);
}

/** @throws TypeError if it is not a time */
export function checkMilliseconds(milliseconds: number): void {
  if (typeof milliseconds === 'number' && milliseconds >= 0 && milliseconds < Number.POSITIVE_INFINITY)
    return;
  throw new TypeError(`pass takes milliseconds, 0 or more, not ${shown(milliseconds)}.`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
