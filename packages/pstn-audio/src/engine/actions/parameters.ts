import type { S3AudioSource } from '../../documents.ts';
import type { RawParameters } from '../call.ts';

/**
 * Readers of single parameters, tolerant where published handlers need it: numbers as strings, empty strings
 * and null for "absent". Each gives `undefined` for absent and `'invalid'` for what it cannot be.
 */

export function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** A whole number, also written as a string. */
export function wholeNumber(value: unknown): number | 'invalid' | undefined {
  if (isAbsent(value)) return undefined;
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : 'invalid';
}

/** A whole number within limits, or its default. */
export function numberWithin(
  value: unknown,
  limits: { min: number; max?: number; fallback?: number },
): number | 'invalid' {
  const number = wholeNumber(value) ?? limits.fallback ?? 'invalid';
  if (number === 'invalid' || number < limits.min) return 'invalid';
  return number > (limits.max ?? Number.MAX_SAFE_INTEGER) ? 'invalid' : number;
}

/** A string that is not empty. */
export function text(value: unknown): string | 'invalid' | undefined {
  if (isAbsent(value)) return undefined;
  return typeof value === 'string' ? value : 'invalid';
}

/** Keys of a telephone, one a string, as terminators are written. */
export function keys(value: unknown): string[] | 'invalid' | undefined {
  if (isAbsent(value)) return undefined;
  if (!Array.isArray(value)) return 'invalid';
  return value.every((key): key is string => typeof key === 'string' && /^[0-9#*]$/.test(key))
    ? value
    : 'invalid';
}

/** A file in a bucket: `{Type: "S3", BucketName, Key}`. */
export function audioSource(value: unknown): S3AudioSource | 'invalid' | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'object') return 'invalid';
  const { Type, BucketName, Key } = value as Record<string, unknown>;
  const named = typeof BucketName === 'string' && BucketName !== '' && typeof Key === 'string' && Key !== '';
  return Type === 'S3' && named ? { Type, BucketName, Key } : 'invalid';
}

/** What an ACTION_FAILED echoes when the parameters did not pass their checks: the known names, as written. */
export function pickKnown(raw: RawParameters, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(raw, name)).map((name) => [name, raw[name]]),
  );
}
