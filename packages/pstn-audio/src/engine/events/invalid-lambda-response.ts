import type { PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** The last answer broke a rule that does not end the call; it was discarded as a whole. */
export const invalidLambdaResponse: EventKind = {
  type: 'INVALID_LAMBDA_RESPONSE',
  answersActions: 'run',
  eventLegFirst: false,
  invokedLeg: 'LEG-A',
};

/** What depended on the discarded answer now depends on the answer to this event. */
export function invalidLambdaResponseEvent(
  discarded: PendingEvent,
  error: { errorType: string; errorMessage: string },
): Omit<PendingEvent, 'id'> {
  return {
    type: 'INVALID_LAMBDA_RESPONSE',
    about: discarded.about,
    errorType: error.errorType,
    errorMessage: error.errorMessage,
    ...(discarded.thenSuccessful ? { thenSuccessful: discarded.thenSuccessful } : {}),
  };
}
