/** What a test asks of the page with the meeting client, and what the page says of itself. */

/** A microphone: a steady tone, one whose loudness wavers as a voice's does, or none (silence is sent). */
export type Microphone = { hz: number; wavering?: boolean } | 'none';

/** CreateMeeting's and CreateAttendee's answers, as the client takes them. */
export interface MeetingToJoin {
  /** With `MediaPlacement`. */
  meeting: object;
  attendee: object;
}

export interface JoinOptions {
  microphone?: Microphone;
  /** Muted from the first moment. */
  muted?: boolean;
}

/** Somebody in the meeting, as the client sees it. */
export interface SeenAttendee {
  attendeeId: string;
  externalUserId: string;
  /** As far as it was told. */
  muted?: boolean;
  /** 0 to 1, as far as it was told. */
  volume?: number;
}

export interface SeenMessage {
  topic: string;
  text: string;
  senderAttendeeId: string;
  senderExternalUserId: string;
  throttled: boolean;
}

/** Somebody's video, bound to an element of the page. */
export interface SeenVideo {
  /** `<id>#content` of content. */
  attendeeId: string;
  /** Pixels; 0 before the first picture. */
  width: number;
  height: number;
  /** Pictures shown so far. */
  frames: number;
}

/** One line of the page's log. */
export interface PageEvent {
  /** Milliseconds since `join`. */
  atMs: number;
  /** e.g. `started`, `connecting`, `reconnecting`, `stopped MeetingEnded`, `present <id>`, `dropped <id>`, `left <id>`. */
  what: string;
}

export interface ClientState {
  started: boolean;
  /** Name of the `MeetingSessionStatusCode` that the session stopped with. */
  stopped?: string;
  /** From `start` to the first "started", ms. */
  startMs?: number;
  muted: boolean;
  present: SeenAttendee[];
  /** Attendee ids, the loudest first. */
  activeSpeakers: string[];
  messages: SeenMessage[];
  /** Of others. */
  videos: SeenVideo[];
  events: PageEvent[];
}

/** What hangs at the page's window. */
export interface ChimePage {
  /** A new session; of an earlier one, which must have ended, nothing is kept. */
  join(meeting: MeetingToJoin, options: JoinOptions): Promise<void>;
  state(): ClientState;
  /** How loud each frequency is in what the client plays, dB; -Infinity when it plays nothing. */
  levels(hz: number[]): number[];
  setMicrophone(microphone: Microphone): Promise<void>;
  mute(): void;
  /** False when it may not. */
  unmute(): boolean;
  send(topic: string, text: string, lifetimeMs?: number): void;
  /** Turns the camera's video on, or off. */
  setCamera(on: boolean): Promise<void>;
  /** The same with what Chromium pretends is a camera. */
  startCamera(): Promise<void>;
  /** Shares a canvas as content, with a tone if it is to have sound; resolves with `started`, or with how it ended. */
  shareContent(hz?: number): Promise<string>;
  stopContent(): void;
  leave(): Promise<void>;
  /** Packets that the client's audio connection has received. */
  packetsReceived(): Promise<number>;
}

declare global {
  interface Window {
    chimePage: ChimePage;
  }
}
