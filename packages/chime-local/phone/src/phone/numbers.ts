/** Characters that people put into numbers and that no exchange looks at. */
const SEPARATORS = /[\s().\-/\u00a0\u202a-\u202e]/g;
/** Keys that a telephone has and RFC 4733 gives a code to. */
const KEYS = /^[0-9*#]$/;
/** Longest user part that the page dials. */
const MAX_LENGTH = 64;
/** Keys that one paste may send. */
export const MAX_PASTED_KEYS = 32;

/**
 * What is dialled for what was typed: `+1 (202) 555-0100` becomes `+12025550100`; names of SIP users stay.
 * Undefined when it is neither.
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

/** The numbers from `first` on, e.g. +12025550160, +12025550161. */
export function numberRange(first: string, count: number): string[] {
  const digits = first.replace(/^\+/, '');
  return Array.from({ length: count }, (_, index) => {
    const next = (BigInt(digits) + BigInt(index)).toString().padStart(digits.length, '0');
    return `+${next}`;
  });
}
