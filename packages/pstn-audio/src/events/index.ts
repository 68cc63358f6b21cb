import { exactly, exactNumber, exactText, NEVER } from '../schema/exact.ts';
import { oneOf } from '../schema/kinds.ts';
import type { Flaw, Meant } from '../schema/schema.ts';
import { isObject } from '../schema/schema.ts';
import { optional, required } from '../schema/shape.ts';
import {
  CREATE_DATA,
  FAILED_ACTION,
  HANGUP_DATA,
  INTERRUPTED_ACTION,
  RECEIVED_DIGITS,
  SUCCESSFUL_ACTION,
  UPDATE_DATA,
} from './action-data.ts';
import { CALL_DETAILS } from './participants.ts';

/** The events that the service sends to the function. Source: developer guide, pstn-invocations (pstn-audio 2.1, 3). */

function envelope<const Type extends string>(type: Type) {
  return {
    /** Version of the documents; the answer has the same. */
    SchemaVersion: required(oneOf('1.0')),
    /** 1 for the first event of the call, then one more each time; a retry keeps its number (5.8). */
    Sequence: required(exactNumber(1)),
    /** What happened. */
    InvocationEventType: required(oneOf(type)),
    /** The call and its legs. */
    CallDetails: required(CALL_DETAILS),
    /** What the event is about; absent from events about the call alone. */
    ActionData: NEVER,
    /** INVALID_LAMBDA_RESPONSE only. */
    ErrorType: NEVER,
    /** INVALID_LAMBDA_RESPONSE only. */
    ErrorMessage: NEVER,
  };
}

/** The schema of every event, by its type. */
export const EVENT_SCHEMAS = {
  /** A call reached the application. The first action of the answer decides whether and how it is answered (3.1). */
  NEW_INBOUND_CALL: exactly(envelope('NEW_INBOUND_CALL'), 'NEW_INBOUND_CALL'),
  /** CreateSipMediaApplicationCall was accepted. The answer's actions are ignored, its attributes are not (3.2). */
  NEW_OUTBOUND_CALL: exactly(
    {
      ...envelope('NEW_OUTBOUND_CALL'),
      /** The `ArgumentsMap` of the request; absent when it had none (T-114). */
      ActionData: optional(CREATE_DATA),
    },
    'NEW_OUTBOUND_CALL',
  ),
  /** The called party's telephone rings. The answer's actions are ignored. */
  RINGING: exactly(envelope('RINGING'), 'RINGING'),
  /** The party that the application called has answered. Never sent for a leg of CallAndBridge (T-110). */
  CALL_ANSWERED: exactly(envelope('CALL_ANSWERED'), 'CALL_ANSWERED'),
  /** An action was carried out that reports at once or was the last of its list (5.4). */
  ACTION_SUCCESSFUL: exactly(
    {
      ...envelope('ACTION_SUCCESSFUL'),
      /** The action and its result. */
      ActionData: required(SUCCESSFUL_ACTION),
    },
    'ACTION_SUCCESSFUL',
  ),
  /** An action could not be carried out; the actions behind it were dropped (5.4). */
  ACTION_FAILED: exactly(
    {
      ...envelope('ACTION_FAILED'),
      /** The action and why it failed. */
      ActionData: required(FAILED_ACTION),
    },
    'ACTION_FAILED',
  ),
  /** The answer to CALL_UPDATE_REQUESTED cut an action short. The answer's actions are ignored (5.5). */
  ACTION_INTERRUPTED: exactly(
    {
      ...envelope('ACTION_INTERRUPTED'),
      /** The action that was cut short. */
      ActionData: required(INTERRUPTED_ACTION),
    },
    'ACTION_INTERRUPTED',
  ),
  /** A listener that ReceiveDigits armed matched, or sent the digits it had when its time was over (5.9). */
  DIGITS_RECEIVED: exactly(
    {
      ...envelope('DIGITS_RECEIVED'),
      /** The listener and the keys. */
      ActionData: required(RECEIVED_DIGITS),
    },
    'DIGITS_RECEIVED',
  ),
  /**
   * UpdateSipMediaApplicationCall was accepted. The answer's actions replace the waiting ones and may
   * interrupt the running one (5.5).
   */
  CALL_UPDATE_REQUESTED: exactly(
    {
      ...envelope('CALL_UPDATE_REQUESTED'),
      /** The arguments that the API received. */
      ActionData: required(UPDATE_DATA),
    },
    'CALL_UPDATE_REQUESTED',
  ),
  /** A leg ended. The answer's actions run while another leg is connected (3.3). */
  HANGUP: exactly(
    {
      ...envelope('HANGUP'),
      /** The leg, and how it ended. */
      ActionData: required(HANGUP_DATA),
    },
    'HANGUP',
  ),
  /** The previous answer was discarded as a whole. A second such answer in a row ends the call (5.7). */
  INVALID_LAMBDA_RESPONSE: exactly(
    {
      ...envelope('INVALID_LAMBDA_RESPONSE'),
      /** Why the answer was discarded, as a name (C-06). */
      ErrorType: required(exactText('why the answer was discarded')),
      /** Why the answer was discarded, in words. */
      ErrorMessage: required(exactText('why the answer was discarded, in words')),
    },
    'INVALID_LAMBDA_RESPONSE',
  ),
};

type Schemas = typeof EVENT_SCHEMAS;

/** The type of an event. */
export type InvocationEventType = keyof Schemas;

/** The event of one type: `EventOf<'HANGUP'>`. */
export type EventOf<Type extends InvocationEventType> = { [T in Type]: Meant<Schemas[T]> }[Type];

/** An event that the service sends to the function; `InvocationEventType` tells which one it is. */
export type InvocationEvent = EventOf<InvocationEventType>;

/** The flaws of a document that should be an event; empty if it is one. */
export function eventFlaws(event: unknown): readonly Flaw[] {
  const type = isObject(event) ? event.InvocationEventType : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(EVENT_SCHEMAS, type)) {
    return [{ path: ['InvocationEventType'], value: type, allowed: 'the type of an event' }];
  }
  const reading = EVENT_SCHEMAS[type as InvocationEventType].read(event);
  return 'flaws' in reading ? reading.flaws : [];
}

export type {
  FailedAction,
  InterruptedAction,
  ReceivedDigitsData,
  SuccessfulAction,
} from './action-data.ts';
export type { CallDetails, Participant, ParticipantTag } from './participants.ts';
export type { IntentResult, ResultOf } from './results.ts';
