import type { ActionData, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** An action could not be carried out; the actions behind it were dropped. */
export const actionFailed: EventKind = {
  type: 'ACTION_FAILED',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

export function actionFailedEvent(about: string, actionData: ActionData): Omit<PendingEvent, 'id'> {
  return { type: 'ACTION_FAILED', about, actionData };
}
