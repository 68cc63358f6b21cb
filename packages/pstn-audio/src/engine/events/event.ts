import type {
  CallDetails,
  InvocationEvent,
  InvocationEventType,
  Participant,
  ParticipantTag,
} from '../../events/index.ts';
import type { Call, Leg, PendingEvent } from '../call.ts';

/** The properties of one type of event. Each type has a file next to this one. */
export interface EventKind {
  readonly type: InvocationEventType;
  /** Whether the actions of the event's answer run (while a leg is left to run them on). */
  readonly answersActions: 'run' | 'ignored';
  /** Whether the leg that the event is about comes first in `Participants`, whichever tag it has (pstn-audio C-46). */
  readonly eventLegFirst: boolean;
  /** An action without CallId and ParticipantTag in its answer runs on this leg. */
  readonly invokedLeg: 'LEG-A' | 'eventLeg';
  /** False for an event that describes the time before the answer, whenever it is sent: no `Status`. Default true. */
  readonly showsStatus?: boolean;
}

/**
 * Creates the event as it is sent now, with the current `Sequence` and `CallDetails`. The functions that make
 * pending events are responsible for the ActionData that each type must have; tests check every event against
 * its schema.
 */
export function createEvent(
  call: Call,
  kind: EventKind,
  pending: PendingEvent,
  sequence: number,
): InvocationEvent {
  const event = {
    SchemaVersion: '1.0',
    Sequence: sequence,
    InvocationEventType: kind.type,
    ...(pending.errorType === undefined ? {} : { ErrorType: pending.errorType }),
    ...(pending.errorMessage === undefined ? {} : { ErrorMessage: pending.errorMessage }),
    ...(pending.actionData === undefined ? {} : { ActionData: pending.actionData }),
    CallDetails: callDetails(call, participants(call, kind, pending)),
  };
  return event as unknown as InvocationEvent;
}

function callDetails(call: Call, Participants: Participant[]): CallDetails {
  const { sipRuleId } = call;
  // The values are texts, except for objects that the application itself has stored.
  const attributes = call.attributes as CallDetails['TransactionAttributes'];
  return {
    TransactionId: call.transactionId,
    ...(attributes && Object.keys(attributes).length > 0 ? { TransactionAttributes: { ...attributes } } : {}),
    AwsAccountId: call.awsAccountId,
    AwsRegion: call.awsRegion,
    ...(sipRuleId === undefined ? {} : { SipRuleId: sipRuleId }),
    SipMediaApplicationId: call.sipMediaApplicationId,
    Participants,
  };
}

/**
 * The live legs and those whose end no event has reported yet, one for each tag. A listed leg that has ended
 * is `Disconnected`, even in an event before its HANGUP.
 */
function participants(call: Call, kind: EventKind, pending: PendingEvent): Participant[] {
  const listed: Leg[] = [];
  for (const tag of ['LEG-A', 'LEG-B'] as const) {
    const wanted = kind.eventLegFirst ? pending.about : pending.reportsEndOf;
    const leg = legOfTag(call, tag, wanted);
    if (leg) listed.push(leg);
  }
  if (kind.eventLegFirst && listed[1]?.legId === pending.about) listed.reverse();
  return listed.map((leg) => participant(leg, kind.showsStatus ?? true));
}

function legOfTag(call: Call, tag: ParticipantTag, wanted: string | undefined): Leg | undefined {
  const legs = call.legs.filter((leg) => leg.participantTag === tag);
  return legs.find((leg) => leg.legId === wanted) ?? legs.find((leg) => leg.status !== 'ended') ?? legs[0];
}

function participant(leg: Leg, showsStatus: boolean): Participant {
  const status = leg.status === 'ended' ? 'Disconnected' : 'Connected';
  return {
    CallId: leg.legId,
    ParticipantTag: leg.participantTag,
    To: leg.to,
    From: leg.from,
    Direction: leg.direction,
    StartTimeInMilliseconds: String(leg.startTime),
    ...(leg.status === 'unanswered' || !showsStatus ? {} : { Status: status }),
    ...(leg.sipHeaders ? { SipHeaders: { ...leg.sipHeaders } } : {}),
  };
}
