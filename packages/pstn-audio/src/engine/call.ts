import type { ActionType } from '../actions/index.ts';
import type { InvocationEvent, InvocationEventType, ParticipantTag } from '../events/index.ts';
import type { RawParameters } from '../response/read-response.ts';
import type { CallTarget } from './inputs.ts';

/**
 * A call: everything the engine knows of one transaction. Plain data: it survives JSON, and nobody changes
 * one that was handed out (`step` makes a new one).
 */

/**
 * `ringing`: LEG-A is not answered yet, by us or (a call that the application makes) by whom we call.
 * `connected`: it was. `releasing`: the service ends the call; every leg has been told to go, and each HANGUP is
 * attempted once. `ended`: nothing is left.
 */
export type CallState = 'ringing' | 'connected' | 'releasing' | 'ended';

/** The recording of a leg in the background. */
export interface LegRecording {
  readonly recordingId: string;
  readonly state: 'on' | 'paused' | 'over';
}

/** One SIP dialog of the call, or its connection to a meeting. At most two live at a time. */
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
   * `unanswered`: it has arrived, or is being dialled. `ended` legs stay until the event that reports their end
   * is sent.
   */
  readonly status: 'unanswered' | 'connected' | 'ended';
  /** The 200 was asked for, and the ACK has not come yet. */
  readonly answering: boolean;
  /** Keys that were pressed meanwhile; at most `MAX_DIGITS`, as no action takes more. */
  readonly earlyDigits?: string;
  /** The far end of a leg that we dial has said that it rings. */
  readonly ringing?: true;
  /** We asked for its end; the code is what HANGUP reports. */
  readonly hangUpCode?: number;
  readonly sipHeaders?: Readonly<Record<string, string>>;
  /** Since when an unanswered leg waits, where that is not its beginning; milliseconds since the epoch. */
  readonly waitsSince?: number;
  /** What StartCallRecording began; kept when it is over, as a leg is recorded once. */
  readonly recording?: LegRecording;
  /** Meeting legs only. */
  readonly meetingId?: string;
  readonly attendeeId?: string;
}

/** What an event says of an action. Which keys it has depends on both: `EVENT_SCHEMAS`. */
export interface ActionData {
  readonly Type: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A leg that CallAndBridge dials: not of the call yet. */
export interface Dialled {
  /** Null until the edges have given it one. */
  readonly legId: string | null;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** It has answered, and LEG-A is being answered. */
  readonly answered: boolean;
  /** Nobody waits for it any more; its end is still to come. */
  readonly givenUp: boolean;
}

/** An action that waits for its turn. */
export interface QueuedAction {
  readonly type: ActionType;
  readonly parameters: RawParameters;
  /** Its place in the answer's list, from 0: for what is said of it. */
  readonly index: number;
  /** The leg its invocation was about, when that decides the default leg (DIGITS_RECEIVED). */
  readonly invokedLeg?: string;
}

/** The action in progress: there is at most one. */
export interface RunningAction {
  readonly type: ActionType;
  /** Checked, with defaults filled in: what runs, and what events echo. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The leg it runs on. */
  readonly legId: string;
  /** False while it waits for its leg to be answered. */
  readonly begun: boolean;
  /** A new list has replaced what waited behind it: what waits now does not depend on how it is answered. */
  readonly superseded: boolean;
  /** The action's own memory. */
  readonly state: unknown;
  /** When the action wants to be woken; milliseconds since the epoch. */
  readonly deadline: number | null;
  /** Its leg has ended with this SIP status, which is reported after the action is. */
  readonly legEndedWith?: number;
}

/** An event that has happened and waits to be sent: invocations of one call never overlap. */
export interface PendingEvent {
  /** Names the event within the call (`Sequence` is given when it is sent). */
  readonly id: number;
  readonly type: InvocationEventType;
  /** The leg it is about. */
  readonly about: string;
  readonly actionData?: ActionData;
  /** Top level; INVALID_LAMBDA_RESPONSE only. */
  readonly errorType?: string;
  readonly errorMessage?: string;
  /** The leg whose end it reports, and which no later event lists. */
  readonly reportsEndOf?: string;
  /** HANGUP after a Hangup action: reported as ACTION_SUCCESSFUL if the answer brings no actions. */
  readonly thenSuccessful?: ActionData;
}

/** The invocation that waits for its answer. */
export interface Invocation {
  readonly pending: PendingEvent;
  readonly event: InvocationEvent;
  /** 1, or 2 for the retry; more for a HANGUP that could not be told. */
  readonly attempt: number;
  /** When the first of the tries that share the time for an answer began; milliseconds since the epoch. */
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
  /** Digits not matched yet. */
  readonly digits: string;
  /** When the gap since the last digit is long enough to match. */
  readonly gapAt: number | null;
  /** When the digits are sent whether or not they match. */
  readonly flushAt: number | null;
}

/** A call as the engine keeps it, a value: `step` makes the next one. */
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
  /** ACTION_FAILED events since anything else was sent. */
  readonly failuresInARow?: number;
  readonly legs: readonly Leg[];
  readonly running: RunningAction | null;
  readonly queue: readonly QueuedAction[];
  /** The event whose answer decides about the queue (its `id`); until then nothing of the queue starts. */
  readonly queueHeldBy: number | null;
  readonly pendingEvents: readonly PendingEvent[];
  readonly invocation: Invocation | null;
  readonly attributes: Readonly<Record<string, string | object>> | null;
  readonly digitListeners: readonly DigitListener[];
  /** A JoinMeeting is out and not answered yet. */
  readonly joining: boolean;
  /** Whom CallAndBridge calls, and those whom it has given up and whose end is not reported yet. */
  readonly dialling: readonly Dialled[];
  /** What the last WakeAt said. */
  readonly wakeAt: number | null;
  /** Next number for names of play requests, requests and events. */
  readonly nextId: number;
}

/** Legs that have not ended, LEG-A first. */
export function liveLegs(call: Call): Leg[] {
  return call.legs.filter((leg) => leg.status !== 'ended');
}

/** The leg with this CallId, also an ended one that is still listed. */
export function legById(call: Call, legId: string): Leg | undefined {
  return call.legs.find((leg) => leg.legId === legId);
}

/** The live leg with this tag. */
export function liveLegByTag(call: Call, tag: ParticipantTag): Leg | undefined {
  return call.legs.find((leg) => leg.participantTag === tag && leg.status !== 'ended');
}

/**
 * Whether the call is the application's own and its CALL_ANSWERED has not been sent: until then no answer's
 * actions run, whatever the event (pstn-audio 3.2).
 */
export function awaitsCallAnswered(call: Call): boolean {
  const leg = liveLegByTag(call, 'LEG-A');
  const dialled = leg?.direction === 'Outbound' && leg.status === 'unanswered';
  return dialled || call.pendingEvents.some(({ type }) => type === 'CALL_ANSWERED');
}

/**
 * Whether an update can still reach the call: UpdateSipMediaApplicationCall answers 404 when not. False from
 * the moment on when its last leg has gone or the service ends it, although its HANGUPs are still being sent.
 */
export function acceptsUpdates(call: Call): boolean {
  return (call.state === 'ringing' || call.state === 'connected') && liveLegs(call).length > 0;
}
