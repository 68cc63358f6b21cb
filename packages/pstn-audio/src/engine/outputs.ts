import type { S3AudioSource } from '../actions/index.ts';
import type { InvocationEvent } from '../events/index.ts';

/**
 * What the engine asks its edges to do. Outputs are carried out in order. Each one that takes time is
 * answered by an input (named in its comment).
 */

/** Send the event to the function. Answered by FunctionResponded or FunctionFailed with this `sequence`. */
export interface InvokeFunction {
  kind: 'InvokeFunction';
  functionArn: string;
  sequence: number;
  event: InvocationEvent;
  /** Milliseconds to wait before the invocation; absent: none. */
  afterMs?: number;
  /**
   * Milliseconds that the answer may take after that pause; then the host gives `FunctionFailed` with reason
   * `timeout`.
   */
  timeoutMs: number;
}

/** Dial the leg. Answered by LegRinging (perhaps), then LegAnswered or LegEnded. */
export interface PlaceCall {
  kind: 'PlaceCall';
  legId: string;
  from: string;
  to: string;
  sipHeaders?: Record<string, string>;
}

/**
 * Dial somebody for a leg, to be connected with it. Answered at once by LegDialled or DialFailed; then, under the new
 * leg's id, by LegRinging (perhaps) and LegAnswered or LegEnded.
 */
export interface DialLeg {
  kind: 'DialLeg';
  /** Id of LEG-A. */
  dialledFrom: string;
  from: string;
  /** A telephone number, or the user part of a SIP URI. */
  to: string;
  /** `from` must be a number of the account; otherwise it is the number of LEG-A's party. */
  mustOwnFrom: boolean;
  /** AWS endpoints only: the Voice Connector (or the group) that leads to the called party. */
  connectorArn?: string;
  sipHeaders?: Record<string, string>;
}

/** Let the parties of two legs hear each other, until one of the legs ends. No input answers it. */
export interface BridgeLegs {
  kind: 'BridgeLegs';
  legId: string;
  withLegId: string;
}

/** Send 200 to the INVITE. Answered by LegAnswered (or LegEnded if the caller has given up). */
export interface AnswerLeg {
  kind: 'AnswerLeg';
  legId: string;
}

/**
 * Let the unanswered leg's party hear sound before the answer: 183 with a session description (RFC 3261 section 21.1.5, RFC
 * 3960), where the edges support it. No input answers it.
 */
export interface OpenEarlyMedia {
  kind: 'OpenEarlyMedia';
  legId: string;
}

/**
 * End a leg: refuse an unanswered INVITE with the code (0 means 480), cancel our own, send BYE to an answered one.
 * Answered by LegEnded.
 */
export interface HangUpLeg {
  kind: 'HangUpLeg';
  legId: string;
  sipResponseCode: number;
}

/** Play a file to the leg's party. Answered by PlaybackFinished or PlaybackFailed, unless stopped. */
export interface PlayAudio {
  kind: 'PlayAudio';
  legId: string;
  playId: string;
  source: S3AudioSource;
  /** Total number of times to play it, 1 or more. */
  repeat: number;
}

/** Speak to the leg's party. Answered like PlayAudio. */
export interface SpeakText {
  kind: 'SpeakText';
  legId: string;
  playId: string;
  text: string;
  textType: 'text' | 'ssml';
  engine: 'standard' | 'neural';
  voiceId: string;
  languageCode?: string;
}

/** Let the leg's party hear the telephone network's ringing tone until StopPlayback. No input answers it. */
export interface PlayRinging {
  kind: 'PlayRinging';
  legId: string;
  playId: string;
}

/**
 * Let the leg's party hear what another leg sends before its answer, but not the other way round: until both are bridged,
 * or one of them ends. No input answers it.
 */
export interface HearLeg {
  kind: 'HearLeg';
  legId: string;
  fromLegId: string;
}

/** Send keys to the leg's party. Answered like PlayAudio. The keys must not be logged. */
export interface SendKeys {
  kind: 'SendKeys';
  legId: string;
  playId: string;
  /** `0`-`9`, `*`, `#`, `A`-`D`; a comma is silence. */
  keys: string;
  /** Milliseconds of each key, between two keys, and of a comma. */
  toneMs: number;
  gapMs: number;
  commaMs: number;
}

/**
 * Which sound of a leg is recorded: `INCOMING` is what its party says, `OUTGOING` what it hears, `BOTH` both,
 * left and right.
 */
export type RecordingTrack = 'INCOMING' | 'OUTGOING' | 'BOTH';

/**
 * Record the leg from now on. Answered at once by RecordingStarted or RecordingFailed; then by RecordingStored or
 * RecordingFailed when the recording has ended because of StopRecording or the end of its leg.
 */
export interface StartRecording {
  kind: 'StartRecording';
  legId: string;
  recordingId: string;
  track: RecordingTrack;
  bucket: string;
  key: string;
  /**
   * True for StartCallRecording: the bucket must be writable now, and the location is reported before the
   * file is stored.
   */
  background: boolean;
  /** Give SilenceHeard after this many milliseconds without anything louder than the threshold. */
  silence?: { ms: number; threshold: number };
}

/** Stop recording and store the file. Answered by RecordingStored or RecordingFailed. */
export interface StopRecording {
  kind: 'StopRecording';
  legId: string;
  recordingId: string;
}

/** Record silence from now on, after a tone; or record sound again, after another tone. No input answers it. */
export interface PauseRecording {
  kind: 'PauseRecording';
  legId: string;
  recordingId: string;
  paused: boolean;
}

/** Turn noise removal from what the leg's party says on or off. No input answers it. */
export interface SetVoiceFocus {
  kind: 'SetVoiceFocus';
  legId: string;
  enabled: boolean;
}

/**
 * Let the leg's party talk with a bot. Answered by ConversationEnded or ConversationFailed, unless stopped.
 * The conversation also ends with its leg.
 */
export interface StartConversation {
  kind: 'StartConversation';
  legId: string;
  conversationId: string;
  botAliasArn: string;
  localeId: string;
  sessionAttributes: Record<string, string>;
  /** Messages to be spoken first. */
  welcome: { content: string; contentType: 'PlainText' | 'SSML' }[];
}

/** Pass a key to the conversation in progress. The key must not be logged. */
export interface ConversationKey {
  kind: 'ConversationKey';
  legId: string;
  conversationId: string;
  key: string;
}

/** End a conversation whose result is no longer wanted. No input answers it. */
export interface StopConversation {
  kind: 'StopConversation';
  legId: string;
  conversationId: string;
}

/** Stop a play request at once. No input answers it, and nothing is reported about `playId` afterwards. */
export interface StopPlayback {
  kind: 'StopPlayback';
  legId: string;
  playId: string;
}

/** Connect the leg to a meeting. Answered by MeetingJoined or MeetingJoinFailed. */
export interface JoinMeeting {
  kind: 'JoinMeeting';
  legId: string;
  joinToken: string;
  meetingId?: string;
}

/** Take the leg out of its meeting. `legId` is the meeting leg's (LEG-B). Answered by its LegEnded. */
export interface LeaveMeeting {
  kind: 'LeaveMeeting';
  legId: string;
}

/** Mute or unmute attendees of the meeting. Answered by AttendeesModified. */
export interface SetAttendeesMuted {
  kind: 'SetAttendeesMuted';
  requestId: string;
  meetingId: string;
  attendeeIds: string[];
  muted: boolean;
}

/**
 * Give `TimeReached` at this time (milliseconds, on the clock of `step`). Replaces the previous alarm; null:
 * no alarm.
 */
export interface WakeAt {
  kind: 'WakeAt';
  at: number | null;
}

/**
 * A line for the application's message log (what AWS writes to the SMA's log group). It contains no digits
 * and no tokens.
 */
export interface LogMessage {
  kind: 'LogMessage';
  level: 'info' | 'warn' | 'error';
  text: string;
}

/** The transaction is over; the host forgets the call. Always the last output of a call. */
export interface CallEnded {
  kind: 'CallEnded';
}

/** What the engine asks its edges to do. */
export type CallOutput =
  | InvokeFunction
  | PlaceCall
  | DialLeg
  | BridgeLegs
  | AnswerLeg
  | OpenEarlyMedia
  | HangUpLeg
  | PlayAudio
  | SpeakText
  | PlayRinging
  | HearLeg
  | SendKeys
  | StopPlayback
  | SetVoiceFocus
  | StartConversation
  | ConversationKey
  | StopConversation
  | StartRecording
  | StopRecording
  | PauseRecording
  | JoinMeeting
  | LeaveMeeting
  | SetAttendeesMuted
  | WakeAt
  | LogMessage
  | CallEnded;
