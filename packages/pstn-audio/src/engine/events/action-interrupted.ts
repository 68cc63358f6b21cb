import type { ActionData, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** An update's answer cut an action short. Information only: the actions of its answer are ignored. */
export const actionInterrupted: EventKind = {
  type: 'ACTION_INTERRUPTED',
  answersActions: 'ignored',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function actionInterruptedEvent(about: string, actionData: ActionData): Omit<PendingEvent, 'id'> {
  return { type: 'ACTION_INTERRUPTED', about, actionData };
}
