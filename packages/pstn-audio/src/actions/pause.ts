import { invalidParameter } from '../failures.ts';
import { PAUSE_MS } from '../limits.ts';
import { wholeNumber } from '../schema/kinds.ts';
import { required } from '../schema/shape.ts';
import { actionSchema, type EchoedParameters, type WrittenParameters } from './action-schema.ts';

/** Keeps the leg silent for a time. It does not answer an unanswered call (T-043). DG: pause. */
export const pause = actionSchema({
  type: 'Pause',
  fields: {
    /** Milliseconds, 100 to 30000 (C-21). */
    DurationInMilliseconds: required(wholeNumber({ ...PAUSE_MS, unit: 'milliseconds' }), {
      failure: invalidParameter('The Duration parameter is invalid.'),
    }),
  },
});

/** `Parameters` of Pause, as functions write them. */
export type PauseParameters = WrittenParameters<typeof pause>;
/** `Parameters` of Pause, as events echo them: defaults filled in. */
export type PauseEcho = EchoedParameters<typeof pause>;
