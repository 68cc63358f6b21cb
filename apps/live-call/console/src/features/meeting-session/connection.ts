import type { JoinMeetingResponse } from '#contract';

/** Why a connection to a meeting has ended. */
export type EndReason =
  /** The page itself left. */
  | 'left'
  /** The meeting was ended for all attendees. */
  | 'meeting-ended'
  /** This attendee was removed. */
  | 'removed'
  /** The same attendee joined from another page. */
  | 'elsewhere'
  /** The meeting does not know this attendee, or no longer does. */
  | 'rejected'
  | 'full'
  /** The meeting was not reached, or the connection was lost and could not be restored. */
  | 'lost';

/** The events of a connection. They are called one at a time, never before `open` was called. */
export interface ConnectionEvents {
  /** `again`: it was connected before. */
  connecting(again: boolean): void;
  connected(): void;
  /** Called once, and no event follows it. */
  ended(why: EndReason): void;
  quality(poor: boolean): void;
  /**
   * Somebody joined or left (`dropped`: the connection was lost). Also called for those who were there
   * before, and for the page itself.
   */
  presence(attendeeId: string, externalUserId: string, present: boolean, dropped: boolean): void;
  muted(attendeeId: string, muted: boolean): void;
  /** Called when the volume changes: 0 (silent) to 1 (loud). */
  volume(attendeeId: string, volume: number): void;
}

export interface ConnectionOptions {
  join: JoinMeetingResponse;
  /** The audio element that plays the meeting. */
  outlet: HTMLAudioElement;
  /** Undefined: the page only listens; silence is sent. */
  microphone: MediaStream | undefined;
  /** A device's id; undefined: the browser's own choice. */
  speaker: string | undefined;
  events: ConnectionEvents;
}

/** A page's connection to one meeting. This interface is all that the page knows of the client library. */
export interface MeetingConnection {
  /** Mutes or unmutes the page's own microphone; `events.muted` reports when it has happened. */
  setMuted(muted: boolean): void;
  speakWith(microphone: MediaStream): Promise<void>;
  /** `''`: the browser's own choice. Rejects when the browser refuses. */
  hearWith(deviceId: string): Promise<void>;
  /** Leaves. Reported as `ended('left')` unless the connection had ended before; may be called twice. */
  close(): Promise<void>;
}

/** Opens a connection. Rejects only when it could not even be started; all later outcomes are reported as events. */
export type OpenConnection = (options: ConnectionOptions) => Promise<MeetingConnection>;
