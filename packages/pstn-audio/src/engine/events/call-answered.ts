import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** Whom the application calls has answered. The first event of such a call whose answer's actions run. */
export const callAnswered: EventKind = {
  type: 'CALL_ANSWERED',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function callAnsweredEvent(leg: Leg): Omit<PendingEvent, 'id'> {
  return { type: 'CALL_ANSWERED', about: leg.legId };
}
