import { quoted } from '#platform';
import type { InvocationOutcome } from './output-carrier.ts';

/** Characters of a failure's text that are shown. */
const MAX_SHOWN = 200;

interface Event {
  InvocationEventType?: string;
  ActionData?: { Type?: string; ErrorType?: string; ErrorMessage?: string };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function happened(payload: string): string {
  const { InvocationEventType: type = 'event', ActionData } = (parsed(payload) ?? {}) as Event;
  const { Type, ErrorType, ErrorMessage } = ActionData ?? {};
  const action = Type && type.startsWith('ACTION_') ? ` ${Type}` : '';
  const error = ErrorType ? ` (${[ErrorType, ErrorMessage].filter(Boolean).join(': ')})` : '';
  return `${type}${action}${error}`;
}

/** The answer's actions by type; nothing of what they carry, which may be a PIN. */
function answered(outcome: InvocationOutcome): string {
  if (!outcome.ok) return `failed: ${outcome.message}`;
  const answer = parsed(outcome.payload) as { Actions?: { Type?: unknown }[] } | null | undefined;
  if (!Array.isArray(answer?.Actions)) return 'no actions';
  return answer.Actions.map((action) => String(action?.Type)).join(', ') || 'no actions';
}

/** One event that went to a function and what came back, e.g. `NEW_INBOUND_CALL → Speak, Hangup (12 ms)`. */
export function eventLine(payload: string, outcome: InvocationOutcome, milliseconds: number): string {
  const answer = quoted(answered(outcome).slice(0, MAX_SHOWN));
  return `${quoted(happened(payload).slice(0, MAX_SHOWN))} → ${answer} (${Math.round(milliseconds)} ms)`;
}
