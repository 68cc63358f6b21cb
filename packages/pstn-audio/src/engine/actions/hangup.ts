import { hangup as schema } from '../../actions/hangup.ts';
import type { ActionDefinition } from './action.ts';

/**
 * Ends a leg: refuses it if it is unanswered, sends BYE otherwise; a meeting leg leaves its meeting. What is
 * reported depends on what is left of the call and is decided where legs end (`legs.ts`). The action never
 * fails: it is skipped for a leg that has already ended. DG: hangup.
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
