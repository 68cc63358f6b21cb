import { createContext, Script } from 'node:vm';
import { CloudFormationError } from './context.ts';

/**
 * Milliseconds for which a pattern is tried at once: calls wait meanwhile, and there are patterns that never come to an end.
 * Any other takes a few microseconds; where a busy machine needs longer, it is tried aside as those are. Ours.
 */
const TRIED_AT_ONCE_MS = 5;
/** Steps that are taken without looking at the time: about a millisecond. Ours. */
const MAX_STEPS = 100_000;
/** Milliseconds for which it is tried in a thread of its own. Ours. */
export const TRIED_ASIDE_MS = 3_000;

/** It is not known yet whether the value matches: the pattern takes long, and has to be tried aside. */
export class SlowPattern extends CloudFormationError {
  readonly pattern: string;
  readonly value: string;

  constructor(key: string, pattern: string, value: string) {
    const cure = 'Write it without a repetition of a repetition.';
    super('ValidationError', `Parameter ${key}: its AllowedPattern takes too long to match. ${cure}`);
    this.pattern = pattern;
    this.value = value;
  }
}

/** What was found out aside, by `verdictKey`. */
export type PatternVerdicts = ReadonlyMap<string, boolean>;

export const verdictKey = (pattern: string, value: string): string => JSON.stringify([pattern, value]);

/** The pattern that the whole value must match. */
const wholly = (pattern: string): string => `^(?:${pattern})$`;

/**
 * Whether the whole value matches the parameter's AllowedPattern. The service has Java's patterns; one that is no pattern
 * here, such as one with possessive quantifiers, is not held against the value.
 * @throws SlowPattern when that cannot be found out in time, and is not known from elsewhere.
 */
export function matchesAllowedPattern(
  key: string,
  pattern: string,
  value: string,
  known?: PatternVerdicts,
): boolean {
  const verdict = known?.get(verdictKey(wholly(pattern), value));
  if (verdict !== undefined) return verdict;
  let whole: RegExp;
  try {
    whole = new RegExp(wholly(pattern));
  } catch {
    return true;
  }
  // Where one pattern took long, the others of the request are not waited for either.
  const result = isQuick(pattern, value)
    ? whole.test(value)
    : known?.size
      ? undefined
      : triedAtOnce(whole, value);
  if (result !== undefined) return result;
  throw new SlowPattern(key, wholly(pattern), value);
}

/** Without groups each repetition tries each place of the value once for each of the one before it. */
function isQuick(pattern: string, { length }: string): boolean {
  const repetitions = pattern.match(/[*+?{]/g)?.length ?? 0;
  return !pattern.includes('(') && length ** repetitions <= MAX_STEPS;
}

/** Only in a context of its own can a match be interrupted. */
const context = createContext(Object.create(null));
const test = new Script('whole.test(value)');

function triedAtOnce(whole: RegExp, value: string): boolean | undefined {
  Object.assign(context, { whole, value });
  try {
    return test.runInContext(context, { timeout: TRIED_AT_ONCE_MS }) as boolean;
  } catch {
    return undefined;
  }
}
