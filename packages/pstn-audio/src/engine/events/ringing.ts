import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** The called party's telephone rings. The event may be sent after the answer, but describes the time before it. */
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
