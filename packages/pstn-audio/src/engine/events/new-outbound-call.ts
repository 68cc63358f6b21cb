import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** CreateSipMediaApplicationCall was accepted, and the leg is being dialled. */
export const newOutboundCall: EventKind = {
  type: 'NEW_OUTBOUND_CALL',
  answersActions: 'ignored',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

/** `args`: the request's `ArgumentsMap`; without one the event has no ActionData. */
export function newOutboundCallEvent(
  leg: Leg,
  args: Readonly<Record<string, string>> | undefined,
): Omit<PendingEvent, 'id'> {
  return {
    type: 'NEW_OUTBOUND_CALL',
    about: leg.legId,
    ...(args ? { actionData: { Type: 'CallCreateRequest', Parameters: { Arguments: { ...args } } } } : {}),
  };
}
