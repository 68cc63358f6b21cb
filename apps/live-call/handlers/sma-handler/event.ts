/** Reads an event: who is on the line (a caller, or a person whom the service called for us), and what it is about. */
import type { InvocationEvent, Participant, ParticipantTag } from 'pstn-audio';

const E164_OR_DIGITS = /^\+?[1-9]\d{1,14}$/;
/** `Sequence` of a call's first event and of the next one, which is the first that can bring a PIN. */
const FIRST_EVENTS = 2;

/** The caller's leg while the caller is connected. */
export function connectedCaller(event: InvocationEvent): Participant | undefined {
  return participant(event, 'LEG-A', (leg) => leg.Status !== 'Disconnected');
}

export function caller(event: InvocationEvent): Participant | undefined {
  return participant(event, 'LEG-A', () => true);
}

/** The number of the person on the line, and ours, whether they called us or the service called them for us. */
export function numbers(event: InvocationEvent): { theirs: string; ours: string } {
  const { From = '', To = '', Direction } = caller(event) ?? {};
  return Direction === 'Outbound' ? { theirs: To, ours: From } : { theirs: From, ours: To };
}

/** The number of the person on the line, as operators see it. */
export function theirNumber(event: InvocationEvent): string {
  return numbers(event).theirs || 'anonymous';
}

/** Whether an event before this one may have brought a correct PIN. */
export function mayHaveJoined({ Sequence }: InvocationEvent): boolean {
  return Sequence > FIRST_EVENTS;
}

/** What an event says about an action of any type. */
export interface ActionReport {
  Type: string;
  Parameters: Readonly<Record<string, unknown>>;
  ReceivedDigits?: string;
  ErrorType?: string;
  ErrorMessage?: string;
}

/** What the event says about an action; empty if it is about none. */
export function actionReport(event: InvocationEvent): ActionReport {
  return event.ActionData ?? { Type: '', Parameters: {} };
}

/** The leg that a HANGUP event is about. */
export function endedLeg(event: InvocationEvent): ParticipantTag | undefined {
  const { CallId, ParticipantTag } = actionReport(event).Parameters;
  if (ParticipantTag === 'LEG-A' || ParticipantTag === 'LEG-B') return ParticipantTag;
  return event.CallDetails.Participants.find((leg) => leg.CallId === CallId)?.ParticipantTag;
}

/** A withheld number is not a telephone number. */
export function isTelephoneNumber(from: string): boolean {
  return E164_OR_DIGITS.test(from);
}

function participant(
  event: InvocationEvent,
  tag: ParticipantTag,
  wanted: (leg: Participant) => boolean,
): Participant | undefined {
  return event.CallDetails.Participants.find((leg) => leg.ParticipantTag === tag && wanted(leg));
}
