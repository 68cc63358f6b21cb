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
  /** Milliseconds to wait before; absent: none. */
  afterMs?: number;
  /** Milliseconds the answer may take, after that pause; the host gives `FunctionFailed` `timeout` when it is over. */
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
  /** LEG-A. */
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

/** Let the parties of two legs hear each other, until one of the legs ends. Nothing answers. */
export interface BridgeLegs {
  kind: 'BridgeLegs';
  legId: string;
  withLegId: string;
}

/** Send 200 to the INVITE. Answered by LegAnswered (or LegEnded when the caller has given up). */
export interface AnswerLeg {
  kind: 'AnswerLeg';
  legId: string;
}

/**
 * Let the unanswered leg's party hear sound before the answer: 183 with a session description (RFC 3261 section 21.1.5, RFC
 * 3960), where the edges can. Nothing answers.
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
  /** How often in all, 1 or more. */
  repeat: number;
}

/** Speak to the leg's party. Answered as PlayAudio. */
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

/** Let the leg's party hear the telephone network's ringing, until StopPlayback. Nothing answers. */
export interface PlayRinging {
  kind: 'PlayRinging';
  legId: string;
  playId: string;
}

/**
 * Let the leg's party hear what another leg sends before its answer, but not the other way round: until both are bridged,
 * or one of them ends. Nothing answers.
 */
export interface HearLeg {
  kind: 'HearLeg';
  legId: string;
  fromLegId: string;
}

/** Press keys towards the leg's party. Answered as PlayAudio. Not for any log. */
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

/** What of a leg is recorded: `INCOMING` is what its party says, `OUTGOING` what it hears, `BOTH` both, left and right. */
export type RecordingTrack = 'INCOMING' | 'OUTGOING' | 'BOTH';

/**
 * Record the leg from now on. Answered at once by RecordingStarted or RecordingFailed; then by RecordingStored or
 * RecordingFailed when it has ended: because of StopRecording, or because its leg has.
 */
export interface StartRecording {
  kind: 'StartRecording';
  legId: string;
  recordingId: string;
  track: RecordingTrack;
  bucket: string;
  key: string;
  /** Beside the queue (StartCallRecording): the bucket must take it now, and its place is known before it is stored. */
  background: boolean;
  /** Answer with SilenceHeard after so many milliseconds in which nothing louder than the threshold is said. */
  silence?: { ms: number; threshold: number };
}

/** Nothing more is recorded: store it. Answered by RecordingStored or RecordingFailed. */
export interface StopRecording {
  kind: 'StopRecording';
  legId: string;
  recordingId: string;
}

/** Silence in the recording from now on, after a tone; or sound again, after another. Nothing answers. */
export interface PauseRecording {
  kind: 'PauseRecording';
  legId: string;
  recordingId: string;
  paused: boolean;
}

/** Take noise out of what the leg's party says from now on, or leave it in. Nothing answers. */
export interface SetVoiceFocus {
  kind: 'SetVoiceFocus';
  legId: string;
  enabled: boolean;
}

/**
 * Let the leg's party talk with a bot. Answered by ConversationEnded or ConversationFailed, unless stopped; it ends with its
 * leg as well.
 */
export interface StartConversation {
  kind: 'StartConversation';
  legId: string;
  conversationId: string;
  botAliasArn: string;
  localeId: string;
  sessionAttributes: Record<string, string>;
  /** Said first. */
  welcome: { content: string; contentType: 'PlainText' | 'SSML' }[];
}

/** A key for the conversation in progress. Not for any log. */
export interface ConversationKey {
  kind: 'ConversationKey';
  legId: string;
  conversationId: string;
  key: string;
}

/** Nobody waits for the conversation any more; nothing answers. */
export interface StopConversation {
  kind: 'StopConversation';
  legId: string;
  conversationId: string;
}

/** Stop a play request at once; nothing answers, and nothing is reported of `playId` afterwards. */
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

/** Take the leg out of its meeting. `legId` is the meeting leg's (LEG-B). Answered by LegEnded of it. */
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

/** Give `TimeReached` at this time (milliseconds, the clock that `step` is given). Replaces the last one; null: none. */
export interface WakeAt {
  kind: 'WakeAt';
  at: number | null;
}

/** A line for the application's message log (what AWS writes to the SMA's log group). Holds no digits, no tokens. */
export interface LogMessage {
  kind: 'LogMessage';
  level: 'info' | 'warn' | 'error';
  text: string;
}

/** The transaction is over; the host forgets the call. Always the last output of a call. */
export interface CallEnded {
  kind: 'CallEnded';
}

/** What the engine wants done about it, in order. */
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
