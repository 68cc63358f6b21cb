import type { ActionData, Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/**
 * A leg ended, whoever ended it. If another leg is left, the actions of the answer run on that leg (`LEG-A`
 * here means LEG-A, or the leg that remains).
 */
export const hangup: EventKind = {
  type: 'HANGUP',
  answersActions: 'run',
  eventLegFirst: true,
  invokedLeg: 'LEG-A',
};

/** `thenSuccessful`: what is reported if a Hangup action ended the leg and the answer brings no actions. */
export function hangupEvent(
  leg: Leg,
  sipResponseCode: number,
  thenSuccessful?: ActionData,
): Omit<PendingEvent, 'id'> {
  return {
    type: 'HANGUP',
    about: leg.legId,
    reportsEndOf: leg.legId,
    actionData: {
      Type: 'Hangup',
      Parameters: {
        SipResponseCode: sipResponseCode,
        CallId: leg.legId,
        ParticipantTag: leg.participantTag,
      },
    },
    ...(thenSuccessful ? { thenSuccessful } : {}),
  };
}
