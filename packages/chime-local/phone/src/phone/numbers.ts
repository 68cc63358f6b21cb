/** Characters that people put into numbers and that telephone exchanges ignore. */
const SEPARATORS = /[\s().\-/\u00a0\u202a-\u202e]/g;
/** Keys that a telephone has and for which RFC 4733 defines a code. */
const KEYS = /^[0-9*#]$/;
/** Longest user part that the page dials. */
const MAX_LENGTH = 64;
/** Maximum number of keys that one paste sends. */
export const MAX_PASTED_KEYS = 32;

/**
 * The number to dial for a typed text: `+1 (202) 555-0100` becomes `+12025550100`; names of SIP users are
 * kept. Undefined if it is neither.
 */
export function dialled(typed: string): string | undefined {
  const text = typed.trim().replace(/^sips?:/i, '');
  const number = text.replace(SEPARATORS, '');
  if (/^\+?[0-9*#]{1,32}$/.test(number)) return number;
  return /^[A-Za-z0-9._-]+$/.test(text) && text.length <= MAX_LENGTH ? text : undefined;
}

export function isKey(key: string): boolean {
  return KEYS.test(key);
}

/** The keys in a pasted text, at most `MAX_PASTED_KEYS`: `PIN 4563 7971` sends `45637971`. */
export function keysIn(text: string): string {
  return [...text].filter(isKey).slice(0, MAX_PASTED_KEYS).join('');
}

/** Consecutive numbers from `first` on, e.g. +12025550160, +12025550161. */
export function numberRange(first: string, count: number): string[] {
  const digits = first.replace(/^\+/, '');
  return Array.from({ length: count }, (_, index) => {
    const next = (BigInt(digits) + BigInt(index)).toString().padStart(digits.length, '0');
    return `+${next}`;
  });
}
