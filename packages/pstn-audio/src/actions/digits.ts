import { isPattern } from '../engine/digits/pattern.ts';
import { MAX_DIGITS } from '../limits.ts';
import { KEY, listOf, wholeNumber } from '../schema/kinds.ts';
import { bad, type Flaw, good, type Schema } from '../schema/schema.ts';
import { defaulted, optional, required, waiting } from '../schema/shape.ts';

/** The digit parameters that PlayAudioAndGetDigits and SpeakAndGetDigits share. DG: play-audio-get-digits. */

/** A pattern for digits: searched for, not anchored (C-42). Java's syntax without what could take for ever to match. */
export const DIGIT_PATTERN: Schema<string, string> = {
  allowed: 'a regular expression for digits, such as ^[0-9]{4}$',
  read(value) {
    return typeof value === 'string' && isPattern(value) ? good(value) : bad(value, DIGIT_PATTERN.allowed);
  },
};

const ms = wholeNumber({ min: 1, unit: 'milliseconds' });

export const COLLECTING_FIELDS = {
  /** The minimum number of digits of a valid input, 0 to 128. Default 0. */
  MinNumberOfDigits: defaulted(wholeNumber({ min: 0, max: MAX_DIGITS }), 0),
  /** Number of digits after which the input is complete, `MinNumberOfDigits` to 128. Default 128. */
  MaxNumberOfDigits: defaulted(wholeNumber({ min: 0, max: MAX_DIGITS }), MAX_DIGITS),
  /** Milliseconds from the end of the prompt to the first digit of an attempt; more than 0. */
  RepeatDurationInMilliseconds: required(ms),
  /** Total number of attempts; more than 0. Default 1. */
  Repeat: defaulted(wholeNumber({ min: 1 }), 1),
  /** Milliseconds between digits after which the input is complete. Default `RepeatDurationInMilliseconds`. */
  InBetweenDigitsDurationInMilliseconds: waiting(ms),
  /** Keys that complete the input and are not part of it (C-43). `#` when absent, and then not echoed. */
  TerminatorDigits: optional(listOf(KEY, { what: 'keys' })),
  /** A pattern that a valid input must contain: it is searched for, not anchored (C-42). */
  InputDigitsRegex: optional(DIGIT_PATTERN),
};

/** Checks that MaxNumberOfDigits is not below MinNumberOfDigits. */
export function collectingRules(parameters: {
  MinNumberOfDigits: number;
  MaxNumberOfDigits: number;
}): Flaw | undefined {
  const { MinNumberOfDigits: min, MaxNumberOfDigits: max } = parameters;
  if (max >= min) return undefined;
  const allowed = `a whole number, from ${min} (MinNumberOfDigits) to ${MAX_DIGITS}`;
  return { path: ['MaxNumberOfDigits'], value: max, allowed };
}

/** If no time between digits is given, the time for the first digit applies. */
export function completeCollecting<
  P extends { RepeatDurationInMilliseconds: number; InBetweenDigitsDurationInMilliseconds?: number },
>(parameters: P): P {
  const { InBetweenDigitsDurationInMilliseconds: between, RepeatDurationInMilliseconds: first } = parameters;
  return { ...parameters, InBetweenDigitsDurationInMilliseconds: between ?? first };
}
