import type { AttendeeAudio, AttendeeRef } from '#contract';
import type { EndReason } from './connection.ts';

/** What the meeting tells of somebody who is in it. */
export interface Presence {
  externalUserId: string;
  /** Undefined: not told yet. */
  muted?: boolean;
  speaking: boolean;
}

/** The page is in no meeting; `over` says how the last one ended, until it is read. */
export interface Idle {
  phase: 'idle';
  over?: { meetingName: string; why: EndReason | 'failed'; message?: string };
}

/** The page is in a meeting, or on the way in. */
export interface InMeeting {
  phase: 'joining' | 'connected' | 'reconnecting';
  meetingName: string;
  audio: AttendeeAudio;
  /** Known once the API has answered. */
  me?: AttendeeRef;
  /** Milliseconds since the epoch when it was first connected. */
  since?: number;
  /** The page's own switch; whether an operator muted it is in its row. */
  selfMuted: boolean;
  poor: boolean;
  /** The browser keeps the page silent until a click. */
  blocked: boolean;
  microphone?: MediaStream;
  /** The microphone was taken away. */
  microphoneLost: boolean;
  /** A device's id; '': the browser's own choice. */
  speaker: string;
  /** Everybody, the page itself included, by attendee id. */
  present: ReadonlyMap<string, Presence>;
  /** All who were there when the page came are known: whoever comes now, comes. */
  settled: boolean;
}

export type SessionState = Idle | InMeeting;

export const IDLE: Idle = { phase: 'idle' };

/** What the person chose in the dialog. */
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

/** The session in a meeting, once it is connected or while it reconnects; undefined otherwise. */
export function sessionIn(state: SessionState, meetingId: string | undefined): InMeeting | undefined {
  if (state.phase === 'idle' || state.me === undefined) return undefined;
  return state.me.meetingId === meetingId ? state : undefined;
}

/** `present` with a changed entry; with `undefined` without it. */
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
