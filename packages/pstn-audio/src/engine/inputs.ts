import type { IntentResult } from '../events/index.ts';
import type { ActionErrorType } from '../failures.ts';

/**
 * What can happen to a call. The engine's `step` takes the call, one of these and the time. All identifiers
 * are made outside: the engine draws no random numbers.
 */

/** Where an inbound call may be taken: the SIP rule's applications, best first. */
export interface CallTarget {
  sipMediaApplicationId: string;
  awsRegion: string;
  functionArn: string;
}

/** An INVITE for a number of ours arrived; makes the call with LEG-A. */
export interface LegArrived {
  kind: 'LegArrived';
  transactionId: string;
  legId: string;
  from: string;
  to: string;
  awsAccountId: string;
  sipRuleId: string;
  targets: CallTarget[];
  /** `x-` headers, `User-to-User`, `Diversion` of the INVITE, names as received. */
  sipHeaders?: Record<string, string>;
}

/** CreateSipMediaApplicationCall was accepted; makes the call, whose LEG-A is dialled. */
export interface OutboundCallRequested {
  kind: 'OutboundCallRequested';
  transactionId: string;
  legId: string;
  from: string;
  to: string;
  awsAccountId: string;
  /** Whose call it is. */
  target: CallTarget;
  /** The request's `ArgumentsMap`; absent when it had none. */
  arguments?: Record<string, string>;
  /** For the INVITE. The function does not see them. */
  sipHeaders?: Record<string, string>;
}

/** Whom we call says that it rings: a provisional response. Repeated ones do no harm. */
export interface LegRinging {
  kind: 'LegRinging';
  legId: string;
}

/** Whom CallAndBridge calls sends sound before the answer, its network's ringing or announcement. Once. */
export interface EarlyMedia {
  kind: 'EarlyMedia';
  legId: string;
}

/** A leg is answered, and sound may flow: the 200 is out, or (a leg that we dialled) has come. */
export interface LegAnswered {
  kind: 'LegAnswered';
  legId: string;
}

/** A leg is gone, whoever ended it, also when we asked for it. 0 is normal clearing. */
export interface LegEnded {
  kind: 'LegEnded';
  legId: string;
  sipResponseCode: number;
}

/** One key was pressed: RFC 4733 (counted once by the media edge) or SIP INFO. */
export interface DigitPressed {
  kind: 'DigitPressed';
  legId: string;
  digit: string;
}

/** Whom `DialLeg` named is being dialled, under this id. */
export interface LegDialled {
  kind: 'LegDialled';
  legId: string;
  /** LEG-A's. */
  dialledFrom: string;
}

/** Whom `DialLeg` named cannot be dialled. `errorType` and `message` are the service's words. */
export interface DialFailed {
  kind: 'DialFailed';
  dialledFrom: string;
  errorType: ActionErrorType;
  message: string;
}

/** Everything of a play request was sent to the leg. */
export interface PlaybackFinished {
  kind: 'PlaybackFinished';
  legId: string;
  playId: string;
}

/** A play request could not start or go on. `errorType` and `message` are the service's words. */
export interface PlaybackFailed {
  kind: 'PlaybackFailed';
  legId: string;
  playId: string;
  errorType: ActionErrorType;
  message: string;
}

/** The leg is being recorded. */
export interface RecordingStarted {
  kind: 'RecordingStarted';
  legId: string;
  recordingId: string;
}

/** So much silence was heard as the recording was to wait for. Once. */
export interface SilenceHeard {
  kind: 'SilenceHeard';
  legId: string;
  recordingId: string;
}

/** The recording has ended, and its object is in the bucket. */
export interface RecordingStored {
  kind: 'RecordingStored';
  legId: string;
  recordingId: string;
}

/** The recording could not begin, or could not be stored. `errorType` and `message` are the service's words. */
export interface RecordingFailed {
  kind: 'RecordingFailed';
  legId: string;
  recordingId: string;
  errorType: ActionErrorType;
  message: string;
}

/** The bot has closed the conversation. */
export interface ConversationEnded {
  kind: 'ConversationEnded';
  legId: string;
  conversationId: string;
  /** As ACTION_SUCCESSFUL carries it, without the session's id. */
  intentResult: Omit<IntentResult, 'SessionId'>;
}

/** There is no such bot, or it cannot go on. `errorType` and `message` are the service's words. */
export interface ConversationFailed {
  kind: 'ConversationFailed';
  legId: string;
  conversationId: string;
  errorType: ActionErrorType;
  message: string;
}

/** The meeting leg is connected. `legId` is the new LEG-B's; `joinedFrom` is LEG-A's. */
export interface MeetingJoined {
  kind: 'MeetingJoined';
  legId: string;
  joinedFrom: string;
  meetingId: string;
  attendeeId: string;
}

/** The leg could not join the meeting. */
export interface MeetingJoinFailed {
  kind: 'MeetingJoinFailed';
  joinedFrom: string;
  errorType: ActionErrorType;
  message: string;
}

/** Answer to `SetAttendeesMuted`; `failure` when it was not done. */
export interface AttendeesModified {
  kind: 'AttendeesModified';
  requestId: string;
  failure?: { errorType: ActionErrorType; message: string };
}

/** The function answered. `payload` is the text it returned; it may be anything. */
export interface FunctionResponded {
  kind: 'FunctionResponded';
  sequence: number;
  payload: string;
}

/** The function could not be invoked, threw, or gave no answer in time. */
export interface FunctionFailed {
  kind: 'FunctionFailed';
  sequence: number;
  reason: 'timeout' | 'error' | 'throttled' | 'accessDenied' | 'unavailable';
  message: string;
}

/** UpdateSipMediaApplicationCall was accepted for this call. */
export interface UpdateRequested {
  kind: 'UpdateRequested';
  arguments: Record<string, string>;
}

/** The time that the last `WakeAt` named has come. Early or repeated ones do no harm. */
export interface TimeReached {
  kind: 'TimeReached';
}

/** What can happen to a call. */
export type CallInput =
  | LegArrived
  | OutboundCallRequested
  | LegRinging
  | EarlyMedia
  | LegAnswered
  | LegEnded
  | LegDialled
  | DialFailed
  | DigitPressed
  | PlaybackFinished
  | PlaybackFailed
  | ConversationEnded
  | ConversationFailed
  | RecordingStarted
  | SilenceHeard
  | RecordingStored
  | RecordingFailed
  | MeetingJoined
  | MeetingJoinFailed
  | AttendeesModified
  | FunctionResponded
  | FunctionFailed
  | UpdateRequested
  | TimeReached;
