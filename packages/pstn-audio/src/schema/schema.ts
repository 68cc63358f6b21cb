import type { Failure } from '../failures.ts';

/**
 * A schema describes what a value may be. It reads what a function wrote, is as tolerant as the service
 * (numbers as strings, empty strings for "absent"), and returns what the value means or what is wrong with
 * it.
 */
export interface Schema<Written = unknown, Meant = Written> {
  /** What may be written, in words that end a sentence: `a whole number from 1 to 120`. */
  readonly allowed: string;
  /** Reads a value that is present. */
  read(value: unknown): Reading<Meant>;
  /** The allowed values, if there are only a few. */
  readonly choices?: readonly string[];
  /** Never set: it only carries the type that authors write. */
  readonly written?: Written;
}

/** What a value means, or what is wrong with it. */
export type Reading<Meant> = { readonly value: Meant } | { readonly flaws: readonly Flaw[] };

/** One flaw of a value. */
export interface Flaw {
  /** Path from the value that was read to the part that is wrong: names of members, and indexes. */
  readonly path: readonly (string | number)[];
  /** What was written there; `undefined` if it is missing. */
  readonly value: unknown;
  readonly allowed: string;
  readonly didYouMean?: string;
  /** Set for a member that the schema does not know. */
  readonly unknown?: true;
  /** The service's error, if it differs from that for the whole parameter. */
  readonly failure?: Failure;
}

/** The type that authors write. */
export type Written<S> = S extends Schema<infer W, unknown> ? W : never;
/** The type after reading: defaults filled in, numbers as numbers. */
export type Meant<S> = S extends Schema<never, infer M> ? M : S extends Schema<infer _W, infer M> ? M : never;

/** The reading of a valid value. */
export function good<Meant>(value: Meant): Reading<Meant> {
  return { value };
}

/** The reading of a value that is wrong as a whole. */
export function bad(value: unknown, allowed: string, more: Pick<Flaw, 'didYouMean' | 'failure'> = {}) {
  return { flaws: [{ path: [], value, allowed, ...more }] };
}

/** The same flaws, with paths that begin one member or index further out. */
export function within(step: string | number, flaws: readonly Flaw[]): Flaw[] {
  return flaws.map((flaw) => ({ ...flaw, path: [step, ...flaw.path] }));
}

/** What published functions send for "absent" (statement T-021). */
export function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** True for an object that is neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
