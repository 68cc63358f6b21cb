import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** Whom the application calls has said that it rings. It may be sent after the answer, and tells of before. */
export const ringing: EventKind = {
  type: 'RINGING',
  answersActions: 'ignored',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
  showsStatus: false,
};

export function ringingEvent(leg: Leg): Omit<PendingEvent, 'id'> {
  return { type: 'RINGING', about: leg.legId };
}
