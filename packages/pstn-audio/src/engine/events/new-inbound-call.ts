import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** A call reached an application through a SIP rule. Its first action decides whether and how it is answered. */
export const newInboundCall: EventKind = {
  type: 'NEW_INBOUND_CALL',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function newInboundCallEvent(leg: Leg): Omit<PendingEvent, 'id'> {
  return { type: 'NEW_INBOUND_CALL', about: leg.legId };
}
