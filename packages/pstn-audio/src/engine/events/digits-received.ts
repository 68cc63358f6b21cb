import type { DigitListener, PendingEvent } from '../call.ts';
import type { EventKind } from './event.ts';

/** A ReceiveDigits listener matched, or its digits were flushed. */
export const digitsReceived: EventKind = {
  type: 'DIGITS_RECEIVED',
  answersActions: 'run',
  eventLegFirst: true,
  invokedLeg: 'eventLeg',
};

export function digitsReceivedEvent(listener: DigitListener): Omit<PendingEvent, 'id'> {
  return {
    type: 'DIGITS_RECEIVED',
    about: listener.legId,
    actionData: {
      Type: 'ReceiveDigits',
      Parameters: { ...listener.parameters },
      ReceivedDigits: listener.digits,
    },
  };
}
