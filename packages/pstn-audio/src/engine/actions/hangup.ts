import { hangup as schema } from '../../actions/hangup.ts';
import type { ActionDefinition } from './action.ts';

/**
 * Ends a leg: refuses it while unanswered, sends BYE later; a meeting leg leaves its meeting. What is
 * reported depends on what is left of the call and is decided where legs end (`legs.ts`). It never fails:
 * for a leg that is gone it is skipped. DG: hangup.
 */
export const hangup: ActionDefinition<typeof schema, null> = {
  schema,
  defaultLeg: 'invoked',
  answers: false,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'success',
  start({ leg, parameters }) {
    const { legId } = leg;
    return {
      next: 'waits',
      state: null,
      outputs:
        leg.kind === 'meeting'
          ? [{ kind: 'LeaveMeeting', legId }]
          : [{ kind: 'HangUpLeg', legId, sipResponseCode: parameters.SipResponseCode }],
    };
  },
  on: {},
};
