import { wholeNumber } from '../schema/kinds.ts';
import { required } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';
import { DIGIT_PATTERN } from './digits.ts';

/**
 * Arms a listener for keys on a leg; the digits that it collects are reported as DIGITS_RECEIVED. DG:
 * listen-to-digits.
 */
export const receiveDigits = actionSchema({
  type: 'ReceiveDigits',
  fields: {
    /** Milliseconds of silence between digits after which they are matched; more than 0. */
    InBetweenDigitsDurationInMilliseconds: required(wholeNumber({ min: 1, unit: 'milliseconds' })),
    /**
     * Milliseconds from the first digit after which the digits are sent, matching or not; more than
     * `InBetweenDigitsDurationInMilliseconds` (C-18).
     */
    FlushDigitsDurationInMilliseconds: required(wholeNumber({ min: 1, unit: 'milliseconds' })),
    /** A pattern that the digits must contain to be sent: it is searched for, not anchored (C-42). */
    InputDigitsRegex: required(DIGIT_PATTERN),
  },
  rules({ InBetweenDigitsDurationInMilliseconds: between, FlushDigitsDurationInMilliseconds: flush }) {
    if (flush > between) return undefined;
    const allowed = `a whole number of milliseconds, more than ${between} (InBetweenDigitsDurationInMilliseconds)`;
    return { path: ['FlushDigitsDurationInMilliseconds'], value: flush, allowed };
  },
});

/** `Parameters` of ReceiveDigits, as functions write them. */
export type ReceiveDigitsParameters = WrittenParameters<typeof receiveDigits>;
/** `Parameters` of ReceiveDigits, as events echo them: defaults filled in. */
export type ReceiveDigitsEcho = EchoedParameters<typeof receiveDigits>;
