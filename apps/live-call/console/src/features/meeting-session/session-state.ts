import type { AttendeeAudio, AttendeeRef } from '#contract';
import type { EndReason } from './connection.ts';

/** What the meeting reports about one attendee. */
export interface Presence {
  externalUserId: string;
  /** Undefined: not reported yet. */
  muted?: boolean;
  speaking: boolean;
}

/** The page is in no meeting; `over` says how the last one ended, until the person has read it. */
export interface Idle {
  phase: 'idle';
  over?: { meetingName: string; why: EndReason | 'failed'; message?: string };
}

/** The page is in a meeting or is joining one. */
export interface InMeeting {
  phase: 'joining' | 'connected' | 'reconnecting';
  meetingName: string;
  audio: AttendeeAudio;
  /** Known once the API has answered. */
  me?: AttendeeRef;
  /** When it was first connected, in milliseconds since the epoch. */
  since?: number;
  /** The page's own mute switch; a mute by an operator is in the page's row. */
  selfMuted: boolean;
  poor: boolean;
  /** The browser keeps the page silent until the person clicks. */
  blocked: boolean;
  microphone?: MediaStream;
  /** The microphone was taken away. */
  microphoneLost: boolean;
  /** A device's id; `''`: the browser's own choice. */
  speaker: string;
  /** All attendees, the page itself included, by attendee id. */
  present: ReadonlyMap<string, Presence>;
  /** All attendees who were there before the page are known: anybody reported from now on has just come. */
  settled: boolean;
}

export type SessionState = Idle | InMeeting;

export const IDLE: Idle = { phase: 'idle' };

/** What the person chose in the join dialog. */
export interface JoinChoice {
  meetingName: string;
  audio: AttendeeAudio;
  microphone?: MediaStream;
  speaker: string;
}

export function newlyJoining(choice: JoinChoice): InMeeting {
  const { meetingName, audio, microphone, speaker } = choice;
  return {
    phase: 'joining',
    meetingName,
    audio,
    selfMuted: audio === 'Receive',
    poor: false,
    blocked: false,
    ...(microphone ? { microphone } : {}),
    microphoneLost: false,
    speaker,
    present: new Map(),
    settled: false,
  };
}

/** The session if it is connected to that meeting or reconnecting to it; undefined otherwise. */
export function sessionIn(state: SessionState, meetingId: string | undefined): InMeeting | undefined {
  if (state.phase === 'idle' || state.me === undefined) return undefined;
  return state.me.meetingId === meetingId ? state : undefined;
}

/** `present` with the changed entry, or without the entry if it is `undefined`. */
export function withPresence(
  present: ReadonlyMap<string, Presence>,
  attendeeId: string,
  entry: Presence | undefined,
): ReadonlyMap<string, Presence> {
  const next = new Map(present);
  if (entry) next.set(attendeeId, entry);
  else next.delete(attendeeId);
  return next;
}
