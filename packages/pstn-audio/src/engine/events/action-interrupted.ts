import type { ActionData, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** The answer to an update cut an action short. Actions in the answer to this event are ignored. */
export const actionInterrupted: EventKind = {
  type: 'ACTION_INTERRUPTED',
  answersActions: 'ignored',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function actionInterruptedEvent(about: string, actionData: ActionData): Omit<PendingEvent, 'id'> {
  return { type: 'ACTION_INTERRUPTED', about, actionData };
}
