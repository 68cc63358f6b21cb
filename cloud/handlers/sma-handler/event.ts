/** Reading an event: who is on the line, and what it is about. */
import type { InvocationEvent, Participant, ParticipantTag } from '#contract';

const E164 = /^\+?[1-9]\d{1,14}$/;

/** The caller's leg, while the caller is there. */
export function connectedCaller(event: InvocationEvent): Participant | undefined {
  return participant(event, 'LEG-A', (leg) => leg.Status !== 'Disconnected');
}

export function caller(event: InvocationEvent): Participant | undefined {
  return participant(event, 'LEG-A', () => true);
}

/** The leg that a HANGUP is about. */
export function endedLeg(event: InvocationEvent): ParticipantTag | undefined {
  const { CallId, ParticipantTag } = event.ActionData?.Parameters ?? {};
  if (ParticipantTag === 'LEG-A' || ParticipantTag === 'LEG-B') return ParticipantTag;
  return event.CallDetails.Participants.find((leg) => leg.CallId === CallId)?.ParticipantTag;
}

/** A withheld number is not one. */
export function isTelephoneNumber(from: string): boolean {
  return E164.test(from);
}

function participant(
  event: InvocationEvent,
  tag: ParticipantTag,
  wanted: (leg: Participant) => boolean,
): Participant | undefined {
  return event.CallDetails.Participants.find((leg) => leg.ParticipantTag === tag && wanted(leg));
}
