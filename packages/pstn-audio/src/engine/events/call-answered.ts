import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** The party that the application calls has answered. This is the call's first event whose answer may run actions. */
export const callAnswered: EventKind = {
  type: 'CALL_ANSWERED',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function callAnsweredEvent(leg: Leg): Omit<PendingEvent, 'id'> {
  return { type: 'CALL_ANSWERED', about: leg.legId };
}
