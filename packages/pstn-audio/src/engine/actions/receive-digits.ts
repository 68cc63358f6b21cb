import { isPattern } from '../digits/pattern.ts';
import { type ActionDefinition, invalidParameter } from './action.ts';
import { numberWithin, text } from './parameters.ts';

type ReceiveDigitsParameters = {
  InputDigitsRegex: string;
  InBetweenDigitsDurationInMilliseconds: number;
  FlushDigitsDurationInMilliseconds: number;
};

/** Arms a listener on a leg; what it hears comes as DIGITS_RECEIVED (`listeners.ts`). DG: listen-to-digits. */
export const receiveDigits: ActionDefinition<ReceiveDigitsParameters, never> = {
  type: 'ReceiveDigits',
  accepts: ['InputDigitsRegex', 'InBetweenDigitsDurationInMilliseconds', 'FlushDigitsDurationInMilliseconds'],
  defaultLeg: 'invoked',
  check(raw) {
    const between = numberWithin(raw.InBetweenDigitsDurationInMilliseconds, { min: 1 });
    if (between === 'invalid') {
      return invalidParameter('The InBetweenDigitsDurationInMilliseconds parameter is invalid.');
    }
    const flush = numberWithin(raw.FlushDigitsDurationInMilliseconds, { min: between + 1 });
    if (flush === 'invalid') {
      return invalidParameter('The FlushDigitsDurationInMilliseconds parameter is invalid.');
    }
    const pattern = text(raw.InputDigitsRegex);
    if (pattern === undefined || pattern === 'invalid' || !isPattern(pattern)) {
      return invalidParameter('The InputDigitsRegex parameter is invalid.');
    }
    return {
      InputDigitsRegex: pattern,
      InBetweenDigitsDurationInMilliseconds: between,
      FlushDigitsDurationInMilliseconds: flush,
    };
  },
  answers: true,
  interruptible: false,
  reports: 'last',
  whenLegEnds: 'nothing',
  start: ({ parameters }) => ({
    next: 'succeeds',
    result: { ReceivedDigits: '' },
    listener: {
      pattern: parameters.InputDigitsRegex,
      inBetweenMs: parameters.InBetweenDigitsDurationInMilliseconds,
      flushMs: parameters.FlushDigitsDurationInMilliseconds,
    },
  }),
  on: {},
};
