import type { Action, FunctionResponse, InvocationEvent } from '../documents.ts';

/** Maximum number of characters of a text or a message that a line shows. */
const MAX_SHOWN = 80;
/** Characters of the time at the beginning of a line. */
const TIME_WIDTH = 9;

interface Line {
  /** Milliseconds since the call began; undefined if the text belongs to the previous line. */
  at: number | undefined;
  text: string;
}

/** What happened in a call, line by line, to explain why an expectation was not met. */
export class Transcript {
  readonly #lines: Line[] = [];

  add(at: number, text: string): void {
    this.#lines.push({ at, text });
  }

  /** Adds text that belongs to the previous line. */
  addBelow(text: string): void {
    this.#lines.push({ at: undefined, text });
  }

  get text(): string {
    return this.#lines.map(({ at, text }) => `${time(at).padStart(TIME_WIDTH)}  ${text}`).join('\n');
  }
}

/** `12.345`, or `1:02.345`. */
function time(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = ((milliseconds % 60_000) / 1000).toFixed(3);
  return minutes > 0 ? `${minutes}:${seconds.padStart(6, '0')}` : seconds;
}

/** Describes an event in a line: `#3 ACTION_FAILED PlayAudio (InvalidAudioSource: …)`. */
export function showEvent(event: InvocationEvent): string {
  const { ActionData, Sequence, InvocationEventType: type } = event;
  const data = (ActionData ?? {}) as Record<string, unknown>;
  const ofAction = type.startsWith('ACTION_') ? ` ${data.Type}` : '';
  const digits = typeof data.ReceivedDigits === 'string' ? ` ${JSON.stringify(data.ReceivedDigits)}` : '';
  const { Arguments, SipResponseCode, ParticipantTag } = (data.Parameters ?? {}) as Record<string, unknown>;
  const given = Arguments ? ` ${shortened(JSON.stringify(Arguments))}` : '';
  const ended = type === 'HANGUP' ? ` ${ParticipantTag} ${SipResponseCode}` : '';
  const why = event.ErrorType ?? data.ErrorType;
  const error = why ? ` (${why}: ${event.ErrorMessage ?? data.ErrorMessage})` : '';
  return `#${Sequence} ${type}${ofAction}${digits}${given}${ended}${error}`;
}

/** Describes an answer in a line: `Pause 1000 · PlayAudio welcome.wav`. */
export function showAnswer(answer: FunctionResponse | undefined): string {
  const actions = Array.isArray(answer?.Actions) ? answer.Actions : [];
  return actions.length === 0 ? 'no actions' : actions.map(showAction).join(' · ');
}

/** Describes an action in a few words. Credentials such as tokens are not shown. */
export function showAction(action: Action): string {
  const {
    AudioSource,
    DurationInMilliseconds,
    Operation,
    AttendeeList,
    Text,
    SpeechParameters,
    InputDigitsRegex,
    Endpoints,
    MeetingId,
    ParticipantTag,
    Digits,
  } = (action?.Parameters ?? {}) as Record<string, unknown>;
  const muting = Operation && `${Operation} ${Array.isArray(AttendeeList) ? AttendeeList.join(' ') : ''}`;
  const text = Text ?? (SpeechParameters as { Text?: unknown } | undefined)?.Text;
  const called = Array.isArray(Endpoints) ? Endpoints.map((end) => end?.Uri).join(' ') : undefined;
  const tag = action?.Type === 'Hangup' ? ParticipantTag : undefined;
  const detail =
    (AudioSource as { Key?: unknown } | undefined)?.Key ??
    DurationInMilliseconds ??
    muting ??
    (text === undefined ? undefined : `“${text}”`) ??
    called ??
    Digits ??
    InputDigitsRegex ??
    MeetingId ??
    tag;
  return [String(action?.Type), detail === undefined ? '' : shortened(String(detail))]
    .filter(Boolean)
    .join(' ');
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`;
}
