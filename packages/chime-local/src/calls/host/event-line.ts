import type { InvocationEvent } from 'pstn-audio';
import type { InvocationOutcome } from './invocations.ts';

/** Maximum number of characters shown of an error text. */
const MAX_SHOWN = 200;
/** Maximum number of characters shown of an action's detail, such as a file name or a number. */
const MAX_DETAIL = 40;

/** The detail that distinguishes actions of one type. Digits and spoken texts may be PINs and are not shown. */
const DETAILS: Readonly<Record<string, (parameters: Record<string, unknown>) => unknown>> = {
  Pause: ({ DurationInMilliseconds }) => DurationInMilliseconds,
  PlayAudio: ({ AudioSource }) => fileOf(AudioSource),
  PlayAudioAndGetDigits: ({ AudioSource }) => fileOf(AudioSource),
  CallAndBridge: ({ Endpoints }) => {
    const [first] = Array.isArray(Endpoints) ? (Endpoints as unknown[]) : [];
    return (first as { Uri?: unknown } | undefined)?.Uri;
  },
  Hangup: ({ SipResponseCode }) => (String(SipResponseCode) === '0' ? undefined : SipResponseCode),
  ModifyChimeMeetingAttendees: ({ Operation }) => Operation,
  RecordAudio: ({ DurationInSeconds }) => DurationInSeconds && `${DurationInSeconds} s`,
};

function fileOf(source: unknown): unknown {
  const { Key } = (source ?? {}) as { Key?: unknown };
  return typeof Key === 'string' ? Key.split('/').at(-1) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The part of an event's `ActionData` that is read. */
interface EventData {
  Type?: string;
  Parameters?: { ParticipantTag?: string };
  ErrorType?: string;
  ErrorMessage?: string;
}

function happened({ InvocationEventType: type, ActionData }: InvocationEvent): string {
  const { Type, Parameters, ErrorType, ErrorMessage } = (ActionData ?? {}) as EventData;
  const leg = type === 'HANGUP' ? Parameters?.ParticipantTag : undefined;
  const about = type.startsWith('ACTION_') ? Type : leg;
  const action = about ? ` ${about}` : '';
  const error = ErrorType ? ` (${[ErrorType, ErrorMessage].filter(Boolean).join(': ')})` : '';
  return `${type}${action}${error}`;
}

function actionText(action: unknown): string {
  const { Type, Parameters } = (action ?? {}) as { Type?: unknown; Parameters?: unknown };
  const type = String(Type);
  const parameters = typeof Parameters === 'object' && Parameters !== null ? Parameters : {};
  const detail = DETAILS[type]?.(parameters as Record<string, unknown>);
  if (typeof detail !== 'string' && typeof detail !== 'number') return type;
  return `${type} ${String(detail).slice(0, MAX_DETAIL)}`;
}

function answered(outcome: InvocationOutcome): string {
  if (!outcome.ok) {
    const { error, message } = outcome;
    return `failed: ${error ? `${error.type}: ${error.message}` : message}`;
  }
  const answer = parsed(outcome.payload) as { Actions?: unknown[] } | null | undefined;
  if (!Array.isArray(answer?.Actions)) return 'no actions';
  return answer.Actions.map(actionText).join(' · ') || 'no actions';
}

/** Describes an event and its answer in one line, e.g. `#1 NEW_INBOUND_CALL → Pause 1000 · Hangup (12 ms)`. */
export function eventLine(event: InvocationEvent, outcome: InvocationOutcome, milliseconds: number): string {
  const shown = (text: string) => text.replace(/\s/g, ' ').slice(0, MAX_SHOWN);
  if (outcome.undelivered)
    return `#${event.Sequence} ${shown(happened(event))} → not delivered to the function`;
  return `#${event.Sequence} ${shown(happened(event))} → ${shown(answered(outcome))} (${Math.round(milliseconds)} ms)`;
}
