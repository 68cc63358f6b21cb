import { createContext, Script } from 'node:vm';
import { CloudFormationError } from './context.ts';

/**
 * Milliseconds for which a pattern is tried on the main thread: calls wait meanwhile, and some patterns never
 * finish. Most patterns take a few microseconds; those that a busy machine cannot finish in time are tried in
 * a worker. Our choice.
 */
const TRIED_AT_ONCE_MS = 5;
/** Matching steps that are taken without a time limit: about a millisecond. Our choice. */
const MAX_STEPS = 100_000;
/** Milliseconds for which a pattern is tried in a thread of its own. Our choice. */
export const TRIED_ASIDE_MS = 3_000;

/**
 * Whether the value matches is not known yet: the pattern is slow and must be tried in a thread of its own.
 */
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

/** The results from the other thread, by `verdictKey`. */
export type PatternVerdicts = ReadonlyMap<string, boolean>;

export const verdictKey = (pattern: string, value: string): string => JSON.stringify([pattern, value]);

/** The pattern anchored to the whole value. */
const wholly = (pattern: string): string => `^(?:${pattern})$`;

/**
 * Whether the whole value matches the parameter's AllowedPattern. The service uses Java's patterns; a pattern
 * that is invalid in JavaScript, such as one with possessive quantifiers, accepts every value.
 * @throws SlowPattern if the result is neither known already nor found in time
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
  // Once one pattern of a request was slow, its others are not tried on the main thread either.
  const result = isQuick(pattern, value)
    ? whole.test(value)
    : known?.size
      ? undefined
      : triedAtOnce(whole, value);
  if (result !== undefined) return result;
  throw new SlowPattern(key, wholly(pattern), value);
}

/** Without groups, matching takes at most the value's length to the power of the number of repetitions. */
function isQuick(pattern: string, { length }: string): boolean {
  const repetitions = pattern.match(/[*+?{]/g)?.length ?? 0;
  return !pattern.includes('(') && length ** repetitions <= MAX_STEPS;
}

/** A match can only be interrupted in a VM context of its own. */
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
