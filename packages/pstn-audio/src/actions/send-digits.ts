import { invalidParameter } from '../failures.ts';
import { DEFAULT_TONE_MS, MAX_SENT_DIGITS, TONE_MS } from '../limits.ts';
import { text, wholeNumber } from '../schema/kinds.ts';
import { defaulted, required } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

/** Sends keys to the leg's party. DG: send-digits. */
export const sendDigits = actionSchema({
  type: 'SendDigits',
  fields: {
    /** 1 to 50 of `0`-`9`, `*`, `#`, `A`-`D` and `,`; a comma is 500 milliseconds of silence. */
    Digits: required(
      text({ what: 'keys 0-9, *, #, A-D and commas', max: MAX_SENT_DIGITS, pattern: /^[0-9*#A-D,]+$/ }),
      { secret: true },
    ),
    /** Milliseconds of each tone, 50 to 24000. Default 250. */
    ToneDurationInMilliseconds: defaulted(
      wholeNumber({ ...TONE_MS, unit: 'milliseconds' }),
      DEFAULT_TONE_MS,
      {
        failure: invalidParameter('ToneDuration parameter value is invalid.'),
      },
    ),
  },
});

/** `Parameters` of SendDigits, as functions write them. */
export type SendDigitsParameters = WrittenParameters<typeof sendDigits>;
/** `Parameters` of SendDigits, as events echo them: defaults filled in. */
export type SendDigitsEcho = EchoedParameters<typeof sendDigits>;
