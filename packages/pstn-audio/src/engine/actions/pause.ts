import { pause as schema } from '../../actions/pause.ts';
import type { ActionDefinition } from './action.ts';

/** Keeps the leg silent for a time. DG: pause. */
export const pause: ActionDefinition<typeof schema, null> = {
  schema,
  defaultLeg: 'invoked',
  answers: false,
  interruptible: true,
  reports: 'last',
  whenLegEnds: 'nothing',
  start: ({ parameters, now }) => ({
    next: 'waits',
    state: null,
    deadline: now + parameters.DurationInMilliseconds,
  }),
  on: { TimeReached: () => ({ next: 'succeeds' }) },
};
