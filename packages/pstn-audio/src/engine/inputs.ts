import type { IntentResult } from '../events/index.ts';
import type { ActionErrorType } from '../failures.ts';

/**
 * What can happen to a call. The engine's `step` takes the call, one of these inputs and the time. All
 * identifiers are made by the host, as the engine draws no random numbers.
 */

/** An application that may take a call. The targets of a SIP rule are listed best first. */
export interface CallTarget {
  sipMediaApplicationId: string;
  awsRegion: string;
  functionArn: string;
}

/** An INVITE for one of our numbers arrived; creates the call with LEG-A. */
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

/** CreateSipMediaApplicationCall was accepted; creates the call, whose LEG-A is dialled. */
export interface OutboundCallRequested {
  kind: 'OutboundCallRequested';
  transactionId: string;
  legId: string;
  from: string;
  to: string;
  awsAccountId: string;
  /** The application that makes the call. */
  target: CallTarget;
  /** The request's `ArgumentsMap`; absent when it had none. */
  arguments?: Record<string, string>;
  /** Headers for the INVITE. The function does not see them. */
  sipHeaders?: Record<string, string>;
}

/** The called party's telephone rings: a provisional response arrived. Repetitions do no harm. */
export interface LegRinging {
  kind: 'LegRinging';
  legId: string;
}

/**
 * The party that CallAndBridge calls sends sound before the answer: its network's ringing or announcement.
 * Given once.
 */
export interface EarlyMedia {
  kind: 'EarlyMedia';
  legId: string;
}

/** A leg is answered, and sound may flow: our 200 was acknowledged or, on a leg that we dialled, one has arrived. */
export interface LegAnswered {
  kind: 'LegAnswered';
  legId: string;
}

/** A leg has ended, whoever ended it, including at our request. Code 0 is normal clearing. */
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

/** The party that `DialLeg` named is being dialled on the leg with this id. */
export interface LegDialled {
  kind: 'LegDialled';
  legId: string;
  /** Id of LEG-A. */
  dialledFrom: string;
}

/** The party that `DialLeg` named cannot be dialled. `errorType` and `message` are the service's words. */
export interface DialFailed {
  kind: 'DialFailed';
  dialledFrom: string;
  errorType: ActionErrorType;
  message: string;
}

/** A play request was sent to the leg completely. */
export interface PlaybackFinished {
  kind: 'PlaybackFinished';
  legId: string;
  playId: string;
}

/** A play request could not start or continue. `errorType` and `message` are the service's words. */
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

/** The recording has heard silence for as long as it was asked to wait for. Given once. */
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

/** The bot does not exist, or the conversation cannot continue. `errorType` and `message` are the service's words. */
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

/** Answer to `SetAttendeesMuted`; `failure` is present if it was not carried out. */
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

/** The time that the last `WakeAt` named has come. An early or repeated input does no harm. */
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
