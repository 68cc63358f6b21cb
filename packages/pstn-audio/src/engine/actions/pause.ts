import { PAUSE_MS } from '../../limits.ts';
import { type ActionDefinition, invalidParameter } from './action.ts';
import { numberWithin } from './parameters.ts';

type PauseParameters = { DurationInMilliseconds: number };

/** Silence on the leg for a time. DG: pause. */
export const pause: ActionDefinition<PauseParameters, null> = {
  type: 'Pause',
  accepts: ['DurationInMilliseconds'],
  defaultLeg: 'invoked',
  check(raw) {
    const DurationInMilliseconds = numberWithin(raw.DurationInMilliseconds, PAUSE_MS);
    if (DurationInMilliseconds === 'invalid') return invalidParameter('The Duration parameter is invalid.');
    return { DurationInMilliseconds };
  },
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
