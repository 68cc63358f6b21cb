import type { ActionDefinition } from './action.ts';
import { wholeNumber } from './parameters.ts';

type HangupParameters = { SipResponseCode: number };

/** Final SIP responses that refuse a call (RFC 3261 section 21); anything else counts as 0, "normal". */
const REFUSALS = { min: 300, max: 699 } as const;

/**
 * Ends a leg: refuses it while unanswered, sends BYE later; a meeting leg leaves its meeting. What is
 * reported depends on what is left of the call and is decided where legs end (`legs.ts`). It never fails:
 * for a leg that is gone it is skipped. DG: hangup.
 */
export const hangup: ActionDefinition<HangupParameters, null> = {
  type: 'Hangup',
  accepts: ['SipResponseCode'],
  defaultLeg: 'invoked',
  check(raw) {
    const code = wholeNumber(raw.SipResponseCode);
    const refuses = typeof code === 'number' && code >= REFUSALS.min && code <= REFUSALS.max;
    return { SipResponseCode: refuses ? code : 0 };
  },
  answers: false,
  interruptible: false,
  reports: 'atOnce',
  whenLegEnds: 'success',
  start({ leg, parameters }) {
    const { callId } = leg;
    return {
      next: 'waits',
      state: null,
      outputs:
        leg.kind === 'meeting'
          ? [{ kind: 'LeaveMeeting', callId }]
          : [{ kind: 'HangUpLeg', callId, sipResponseCode: parameters.SipResponseCode }],
    };
  },
  on: {},
};
