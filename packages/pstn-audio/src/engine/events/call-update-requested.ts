import type { Leg, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** UpdateSipMediaApplicationCall was accepted. The actions of its answer may interrupt the running one. */
export const callUpdateRequested: EventKind = {
  type: 'CALL_UPDATE_REQUESTED',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function callUpdateRequestedEvent(
  leg: Leg,
  args: Readonly<Record<string, string>>,
): Omit<PendingEvent, 'id'> {
  return {
    type: 'CALL_UPDATE_REQUESTED',
    about: leg.legId,
    actionData: { Type: 'CallUpdateRequest', Parameters: { Arguments: { ...args } } },
  };
}
