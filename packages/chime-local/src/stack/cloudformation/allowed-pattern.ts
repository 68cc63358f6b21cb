import { runInNewContext } from 'node:vm';
import { validationError } from './context.ts';

/**
 * Milliseconds for which a pattern may be tried: calls wait meanwhile, and there are patterns that never come to an end. It is
 * the clock's time, so a busy machine needs far more than the few microseconds of any other pattern. Ours.
 */
const MAX_TRIED_MS = 500;

/**
 * Whether the whole value matches the parameter's AllowedPattern. The service has Java's patterns; one that is no pattern
 * here, such as one with possessive quantifiers, is not held against the value.
 * @throws CloudFormationError when that cannot be found out in time.
 */
export function matchesAllowedPattern(key: string, pattern: string, value: string): boolean {
  let whole: RegExp;
  try {
    whole = new RegExp(`^(?:${pattern})$`);
  } catch {
    return true;
  }
  try {
    // Only there can a match be interrupted.
    return runInNewContext('whole.test(value)', { whole, value }, { timeout: MAX_TRIED_MS }) as boolean;
  } catch {
    throw validationError(
      `Parameter ${key}: its AllowedPattern takes longer than ${MAX_TRIED_MS} ms to match. Write it without a repetition of a repetition.`,
    );
  }
}
