import type { ActionData, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** An action was carried out that reports its success (at once, or as the last of its list). */
export const actionSuccessful: EventKind = {
  type: 'ACTION_SUCCESSFUL',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function actionSuccessfulEvent(about: string, actionData: ActionData): Omit<PendingEvent, 'id'> {
  return { type: 'ACTION_SUCCESSFUL', about, actionData };
}
