import {
  ACTION_TYPES,
  type ActionType,
  type EchoOf,
  isActionType,
  LEG_FIELDS,
  readParameters,
  schemaOfAction,
} from '../actions/index.ts';
import type { ActionErrorType } from '../failures.ts';
import { exactly, exactNumber, exactText } from '../schema/exact.ts';
import { listOf, mapOfTexts, oneOf } from '../schema/kinds.ts';
import { bad, type Flaw, good, isObject, type Schema, within } from '../schema/schema.ts';
import { type Fields, required, unknownMembers } from '../schema/shape.ts';
import { ACTION_RESULTS, type ResultOf } from './results.ts';

/**
 * `ActionData` of events: an action, or what is reported like one. Source: developer guide, pstn-invocations
 * (pstn-audio 2.4).
 */

/** ACTION_SUCCESSFUL: the action, its parameters with defaults filled in, and its result. */
export type SuccessfulAction<Type extends ActionType = ActionType> = {
  [T in Type]: { Type: T; Parameters: EchoOf<T> } & ResultOf<T>;
}[Type];

/** Actions that an update may cut short (C-35). */
export const INTERRUPTIBLE = ['PlayAudio', 'RecordAudio', 'Pause', 'Speak'] as const;

/** ACTION_INTERRUPTED: the action that was cut short. */
export type InterruptedAction<Type extends (typeof INTERRUPTIBLE)[number] = (typeof INTERRUPTIBLE)[number]> =
  {
    [T in Type]: { Type: T; Parameters: EchoOf<T> };
  }[Type];

/** ACTION_FAILED: the action as it was written, and why it could not be carried out. Hangup never fails. */
export interface FailedAction<Type extends ActionType = Exclude<ActionType, 'Hangup'>> {
  Type: Type;
  /** Parameters that the service knows, as the function wrote them. */
  Parameters: Record<string, unknown>;
  ErrorType: ActionErrorType;
  ErrorMessage: string;
  /** `"<ErrorType>: <ErrorMessage>"`; JoinChimeMeeting and StartCallRecording only (C-10). */
  Error?: string;
  /** ModifyChimeMeetingAttendees only; it may be empty. */
  ErrorList?: unknown[];
}

/** DIGITS_RECEIVED: the keys that a ReceiveDigits listener received. */
export interface ReceivedDigitsData {
  Type: 'ReceiveDigits';
  /** Parameters of the action that armed the listener. */
  Parameters: EchoOf<'ReceiveDigits'>;
  /** The keys that were pressed. */
  ReceivedDigits: string;
}

const SIP_RESPONSE_CODE = exactNumber(0);

/** `ActionData` of HANGUP. */
export const HANGUP_DATA = exactly(
  {
    Type: required(oneOf('Hangup')),
    Parameters: required(
      exactly(
        {
          /** 0 normal clearing, 480 no answer, 486 busy, otherwise the far end's final SIP status (C-44). */
          SipResponseCode: required(SIP_RESPONSE_CODE),
          /** The leg that ended, whoever ended it. */
          CallId: required(exactText('the id of a leg')),
          ParticipantTag: required(oneOf('LEG-A', 'LEG-B')),
        },
        'how the leg ended',
      ),
    ),
  },
  'the leg that ended',
);

const ARGUMENTS = exactly(
  {
    /** The arguments as the API received them: at most 20 pairs. */
    Arguments: required(mapOfTexts({ what: 'names and texts' })),
  },
  'an object {Arguments}',
);

/** `ActionData` of CALL_UPDATE_REQUESTED. */
export const UPDATE_DATA = exactly(
  { Type: required(oneOf('CallUpdateRequest')), Parameters: required(ARGUMENTS) },
  'what UpdateSipMediaApplicationCall was given',
);

/** `ActionData` of NEW_OUTBOUND_CALL. */
export const CREATE_DATA = exactly(
  { Type: required(oneOf('CallCreateRequest')), Parameters: required(ARGUMENTS) },
  'what CreateSipMediaApplicationCall was given',
);

/** Flaws of echoed parameters, which must satisfy the action's schema and name the leg. */
function echoFlaws(type: ActionType, written: unknown): readonly Flaw[] {
  if (!isObject(written)) return bad(written, 'the parameters of the action').flaws;
  const { problems, passedOver } = readParameters(schemaOfAction(type), written);
  const missing = Object.keys(LEG_FIELDS)
    .filter((name) => typeof written[name] !== 'string')
    .map((name) => ({ path: [name], value: written[name], allowed: 'the leg that the action ran on' }));
  return [...problems, ...passedOver, ...missing];
}

/** Schema of an action that ran, with the keys that its type has. */
function actionThatRan<Data extends { Type: ActionType }>(
  types: readonly ActionType[],
  keysOf: (type: ActionType) => Fields,
): Schema<Data, Data> {
  const allowed = `an action: ${types.join(', ')}`;
  return {
    allowed,
    read(value) {
      if (!isObject(value)) return bad(value, allowed);
      const type = value.Type;
      if (typeof type !== 'string' || !isActionType(type) || !types.includes(type)) {
        return { flaws: within('Type', bad(type, allowed).flaws) };
      }
      const { Type: _type, Parameters, ...keys } = value;
      const flaws = [...within('Parameters', echoFlaws(type, Parameters))];
      const reading = exactly(keysOf(type), 'the result of the action').read(keys);
      if ('flaws' in reading) flaws.push(...reading.flaws);
      return flaws.length > 0 ? { flaws } : good(value as unknown as Data);
    },
  };
}

/** `ActionData` of ACTION_SUCCESSFUL: the action and its result. */
export const SUCCESSFUL_ACTION = actionThatRan<SuccessfulAction>(
  ACTION_TYPES,
  (type) => ACTION_RESULTS[type],
);
/** `ActionData` of ACTION_INTERRUPTED. */
export const INTERRUPTED_ACTION = actionThatRan<InterruptedAction>(INTERRUPTIBLE, () => ({}));
/** `ActionData` of DIGITS_RECEIVED. */
export const RECEIVED_DIGITS = actionThatRan<ReceivedDigitsData>(
  ['ReceiveDigits'],
  () => ACTION_RESULTS.ReceiveDigits,
);

const FAILURE_FIELDS = {
  ErrorType: required(exactText('why the action failed')),
  ErrorMessage: required(exactText('why the action failed, in words')),
};
const ERROR = required(exactText('"<ErrorType>: <ErrorMessage>"'));
const ERROR_LIST = required(listOf({ allowed: 'anything', read: good }, { what: 'errors' }));

/** The keys that a failed action carries besides `Type` and `Parameters`; the guide's pages differ in form (C-10). */
function failureFields(type: ActionType): Fields {
  if (type === 'JoinChimeMeeting' || type === 'StartCallRecording')
    return { ...FAILURE_FIELDS, Error: ERROR };
  return type === 'ModifyChimeMeetingAttendees'
    ? { ...FAILURE_FIELDS, ErrorList: ERROR_LIST }
    : FAILURE_FIELDS;
}

/** `ActionData` of ACTION_FAILED: the action, and why it failed. */
export const FAILED_ACTION: Schema<FailedAction, FailedAction> = {
  allowed: 'an action that failed',
  read(value) {
    if (!isObject(value)) return bad(value, FAILED_ACTION.allowed);
    const { Type, Parameters, ...keys } = value;
    if (typeof Type !== 'string' || !isActionType(Type) || Type === 'Hangup') {
      return { flaws: within('Type', bad(Type, 'an action that can fail').flaws) };
    }
    const names = [...Object.keys(schemaOfAction(Type).fields), ...Object.keys(LEG_FIELDS)];
    const unknown = isObject(Parameters)
      ? unknownMembers(Parameters, names)
      : bad(Parameters, 'an object').flaws;
    const reading = exactly(failureFields(Type), 'why the action failed').read(keys);
    const flaws = [...within('Parameters', unknown), ...('flaws' in reading ? reading.flaws : [])];
    return flaws.length > 0 ? { flaws } : good(value as unknown as FailedAction);
  },
};
