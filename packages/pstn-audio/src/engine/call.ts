import type { ActionType } from '../actions/index.ts';
import type { InvocationEvent, InvocationEventType, ParticipantTag } from '../events/index.ts';
import type { RawParameters } from '../response/read-response.ts';
import type { CallTarget } from './inputs.ts';

/**
 * A call: everything that the engine knows about one transaction. It is plain data that survives JSON, and it
 * is never changed: `step` makes a new one.
 */

/**
 * `ringing`: LEG-A is not answered yet, by us or, if the application makes the call, by the called party.
 * `connected`: LEG-A was answered. `releasing`: the service ends the call; every leg has been told to end,
 * and only HANGUPs are still sent. `ended`: nothing is left.
 */
export type CallState = 'ringing' | 'connected' | 'releasing' | 'ended';

/** The background recording of a leg. */
export interface LegRecording {
  readonly recordingId: string;
  readonly state: 'on' | 'paused' | 'over';
}

/** One SIP dialog of the call, or its connection to a meeting. At most two legs are live at a time. */
export interface Leg {
  readonly legId: string;
  readonly participantTag: ParticipantTag;
  readonly kind: 'telephone' | 'meeting';
  readonly direction: 'Inbound' | 'Outbound';
  readonly from: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /**
   * `unanswered`: the leg has arrived or is being dialled. `ended` legs are kept until the event that reports
   * their end is sent.
   */
  readonly status: 'unanswered' | 'connected' | 'ended';
  /** True if the 200 was requested and the ACK has not arrived yet. */
  readonly answering: boolean;
  /** Keys that were pressed before the ACK arrived; at most `MAX_DIGITS`, as no action takes more. */
  readonly earlyDigits?: string;
  /** Set once the far end of a leg that we dial has reported ringing. */
  readonly ringing?: true;
  /** Set once we have asked for the leg's end: the SIP status that HANGUP reports. */
  readonly hangUpCode?: number;
  readonly sipHeaders?: Readonly<Record<string, string>>;
  /** Time from which an unanswered leg waits, if it is not `startTime`; milliseconds since the epoch. */
  readonly waitsSince?: number;
  /** The recording that StartCallRecording began; kept when it is over, as a leg can be recorded only once. */
  readonly recording?: LegRecording;
  /** Meeting legs only. */
  readonly meetingId?: string;
  readonly attendeeId?: string;
}

/** An event's `ActionData`. Its keys depend on the event and on the action; see `EVENT_SCHEMAS`. */
export interface ActionData {
  readonly Type: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A leg that CallAndBridge dials and that is not part of the call yet. */
export interface Dialled {
  /** Null until the edges have assigned an id. */
  readonly legId: string | null;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** True if the leg has answered and LEG-A is being answered. */
  readonly answered: boolean;
  /** True if the leg is no longer wanted but its end has not been reported yet. */
  readonly givenUp: boolean;
}

/** An action that waits in the queue. */
export interface QueuedAction {
  readonly type: ActionType;
  readonly parameters: RawParameters;
  /** The action's index in the answer's list, from 0; messages about the action name it. */
  readonly index: number;
  /** The leg that the invocation was about, if that decides the default leg (DIGITS_RECEIVED). */
  readonly invokedLeg?: string;
}

/** The action in progress: there is at most one. */
export interface RunningAction {
  readonly type: ActionType;
  /** The checked parameters with defaults filled in, which the action uses and events echo. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The leg that the action runs on. */
  readonly legId: string;
  /** False while the action waits for its leg to be answered. */
  readonly begun: boolean;
  /**
   * True if a new list has replaced the actions behind this one. They do not wait for the answer to this
   * action's event.
   */
  readonly superseded: boolean;
  /** State that only the action itself interprets. */
  readonly state: unknown;
  /** When the action wants to be woken; milliseconds since the epoch. */
  readonly deadline: number | null;
  /** The SIP status with which the action's leg has ended; it is reported after the action's result. */
  readonly legEndedWith?: number;
}

/** An event that has happened and waits to be sent: invocations of one call never overlap. */
export interface PendingEvent {
  /** Identifies the event within the call (`Sequence` is assigned when the event is sent). */
  readonly id: number;
  readonly type: InvocationEventType;
  /** The leg that the event is about. */
  readonly about: string;
  readonly actionData?: ActionData;
  /** Top-level key of INVALID_LAMBDA_RESPONSE only. */
  readonly errorType?: string;
  readonly errorMessage?: string;
  /** The leg whose end the event reports and which no later event lists. */
  readonly reportsEndOf?: string;
  /** On a HANGUP after a Hangup action: what ACTION_SUCCESSFUL reports if the answer brings no actions. */
  readonly thenSuccessful?: ActionData;
}

/** The invocation that waits for its answer. */
export interface Invocation {
  readonly pending: PendingEvent;
  readonly event: InvocationEvent;
  /** 1, or 2 for the retry; more for a HANGUP that could not be delivered. */
  readonly attempt: number;
  /** When the first of the attempts that share the time limit for an answer began; milliseconds since the epoch. */
  readonly since: number;
}

/** A ReceiveDigits listener: armed on a leg, outside the queue. */
export interface DigitListener {
  readonly legId: string;
  /** Checked parameters, as DIGITS_RECEIVED echoes them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly pattern: string;
  readonly inBetweenMs: number;
  readonly flushMs: number;
  /** Digits that have not matched yet. */
  readonly digits: string;
  /** When the gap after the last digit has lasted long enough for a match. */
  readonly gapAt: number | null;
  /** When the digits are sent whether or not they match. */
  readonly flushAt: number | null;
}

/** A call as the engine keeps it: an immutable value from which `step` makes the next one. */
export interface Call {
  readonly transactionId: string;
  readonly awsAccountId: string;
  readonly awsRegion: string;
  readonly sipRuleId?: string;
  readonly sipMediaApplicationId: string;
  readonly functionArn: string;
  /** Where the first invocation may go if this application's function cannot be invoked. */
  readonly furtherTargets: readonly CallTarget[];
  readonly state: CallState;
  /** `Sequence` of the last event sent. */
  readonly sequence: number;
  /** Number of ACTION_FAILED events sent since the last other event. */
  readonly failuresInARow?: number;
  readonly legs: readonly Leg[];
  readonly running: RunningAction | null;
  readonly queue: readonly QueuedAction[];
  /** The `id` of the event whose answer decides about the queue; no queued action starts before that answer. */
  readonly queueHeldBy: number | null;
  readonly pendingEvents: readonly PendingEvent[];
  readonly invocation: Invocation | null;
  readonly attributes: Readonly<Record<string, string | object>> | null;
  readonly digitListeners: readonly DigitListener[];
  /** True if a JoinMeeting has been emitted and not answered yet. */
  readonly joining: boolean;
  /** The legs that CallAndBridge dials, including given-up ones whose end has not been reported yet. */
  readonly dialling: readonly Dialled[];
  /** The time in the last WakeAt. */
  readonly wakeAt: number | null;
  /** Next number for names of play requests, requests and events. */
  readonly nextId: number;
}

/** Legs that have not ended, LEG-A first. */
export function liveLegs(call: Call): Leg[] {
  return call.legs.filter((leg) => leg.status !== 'ended');
}

/** The leg with this CallId, including an ended one that is still listed. */
export function legById(call: Call, legId: string): Leg | undefined {
  return call.legs.find((leg) => leg.legId === legId);
}

/** The live leg with this tag. */
export function liveLegByTag(call: Call, tag: ParticipantTag): Leg | undefined {
  return call.legs.find((leg) => leg.participantTag === tag && leg.status !== 'ended');
}

/**
 * Whether the application makes the call and its CALL_ANSWERED has not been sent. Until then no answer's
 * actions run, whatever the event (pstn-audio 3.2).
 */
export function awaitsCallAnswered(call: Call): boolean {
  const leg = liveLegByTag(call, 'LEG-A');
  const dialled = leg?.direction === 'Outbound' && leg.status === 'unanswered';
  return dialled || call.pendingEvents.some(({ type }) => type === 'CALL_ANSWERED');
}

/**
 * Whether an update can still reach the call; if not, UpdateSipMediaApplicationCall answers 404. False as
 * soon as the last leg has ended or the service ends the call, although its HANGUPs are still being sent.
 */
export function acceptsUpdates(call: Call): boolean {
  return (call.state === 'ringing' || call.state === 'connected') && liveLegs(call).length > 0;
}

/**
 * Whether the service, not the application, has asked for the end of this leg: it ends the call, or gives up
 * calling somebody who does not answer. No action can hang up such a leg (`awaitsCallAnswered`).
 */
export function isEndedByService(call: Call, legId: string): boolean {
  if (call.state === 'releasing') return true;
  const leg = legById(call, legId);
  const isCalled = leg?.participantTag === 'LEG-A' && leg.direction === 'Outbound';
  return isCalled && leg.status === 'unanswered' && leg.hangUpCode !== undefined;
}
