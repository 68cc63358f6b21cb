import { receiveDigits as schema } from '../../actions/receive-digits.ts';
import type { ActionDefinition } from './action.ts';

/**
 * Arms a listener on a leg; its digits are reported as DIGITS_RECEIVED (`digit-listeners.ts`). DG:
 * listen-to-digits.
 */
export const receiveDigits: ActionDefinition<typeof schema, never> = {
  schema,
  defaultLeg: 'invoked',
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
