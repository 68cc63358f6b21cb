import type { JoinMeetingResponse } from '#contract';

/** Why a connection to a meeting is over. */
export type EndReason =
  /** The page itself left. */
  | 'left'
  /** The meeting was ended for everybody. */
  | 'meeting-ended'
  /** This attendee was taken out. */
  | 'removed'
  /** The same attendee joined from another page. */
  | 'elsewhere'
  /** The meeting does not know this attendee (any more). */
  | 'rejected'
  | 'full'
  /** Not reached, or lost and not found again. */
  | 'lost';

/** What a connection tells; called one after the other, never before `open` was called. */
export interface ConnectionEvents {
  /** `again`: it was connected before. */
  connecting(again: boolean): void;
  connected(): void;
  /** Once, and nothing after it. */
  ended(why: EndReason): void;
  quality(poor: boolean): void;
  /** Somebody came, or left (`dropped`: was lost). Also of those who were there before, and of the page itself. */
  presence(attendeeId: string, externalUserId: string, present: boolean, dropped: boolean): void;
  muted(attendeeId: string, muted: boolean): void;
  /** 0 (silent) to 1 (loud); told when it changes. */
  volume(attendeeId: string, volume: number): void;
}

export interface ConnectionOptions {
  join: JoinMeetingResponse;
  /** Where the meeting is heard. */
  outlet: HTMLAudioElement;
  /** None: to listen only; silence is sent. */
  microphone: MediaStream | undefined;
  /** A device's id; undefined: the browser's own choice. */
  speaker: string | undefined;
  events: ConnectionEvents;
}

/** A page's connection to one meeting: all that the page knows of the client library. */
export interface MeetingConnection {
  /** Mutes or unmutes the page's own microphone; `events.muted` tells when it is so. */
  setMuted(muted: boolean): void;
  speakWith(microphone: MediaStream): Promise<void>;
  /** '': the browser's own choice. Rejects when the browser refuses. */
  hearWith(deviceId: string): Promise<void>;
  /** Leaves. Told as `ended('left')` unless it was over before; may be called twice. */
  close(): Promise<void>;
}

/** Opens a connection. Rejects when not even the start was possible; else what becomes of it is told. */
export type OpenConnection = (options: ConnectionOptions) => Promise<MeetingConnection>;
