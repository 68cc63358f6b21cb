/** The interface between a test and the page with the meeting client. */

/** A microphone: a steady tone, a tone whose loudness wavers like a voice's, or none (silence is sent). */
export type Microphone = { hz: number; wavering?: boolean } | 'none';

/** The answers of CreateMeeting and CreateAttendee in the format that the client accepts. */
export interface MeetingToJoin {
  /** The meeting, including `MediaPlacement`. */
  meeting: object;
  attendee: object;
}

export interface JoinOptions {
  microphone?: Microphone;
  /** Whether the attendee is muted from the start. */
  muted?: boolean;
}

/** An attendee of the meeting as the client sees it. */
export interface SeenAttendee {
  attendeeId: string;
  externalUserId: string;
  /** Undefined until it was reported. */
  muted?: boolean;
  /** From 0 to 1; undefined until it was reported. */
  volume?: number;
}

export interface SeenMessage {
  topic: string;
  text: string;
  senderAttendeeId: string;
  senderExternalUserId: string;
  throttled: boolean;
}

/** An attendee's video, bound to an element of the page. */
export interface SeenVideo {
  /** For content, `<id>#content`. */
  attendeeId: string;
  /** In pixels; 0 before the first frame. */
  width: number;
  height: number;
  /** Number of frames shown so far. */
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
  /** Name of the `MeetingSessionStatusCode` with which the session stopped. */
  stopped?: string;
  /** Milliseconds from `start` to the first "started". */
  startMs?: number;
  muted: boolean;
  present: SeenAttendee[];
  /** Attendee ids, the loudest first. */
  activeSpeakers: string[];
  messages: SeenMessage[];
  /** The videos of other attendees. */
  videos: SeenVideo[];
  events: PageEvent[];
}

/** The object `window.chimePage` of the page. */
export interface ChimePage {
  /** Starts a new session. A previous one must have ended; nothing of it is kept. */
  join(meeting: MeetingToJoin, options: JoinOptions): Promise<void>;
  state(): ClientState;
  /** The level of each frequency in what the client plays, dB; -Infinity if it plays nothing. */
  levels(hz: number[]): number[];
  setMicrophone(microphone: Microphone): Promise<void>;
  mute(): void;
  /** False if unmuting is not allowed. */
  unmute(): boolean;
  send(topic: string, text: string, lifetimeMs?: number): void;
  /** Switches the camera's video on or off. */
  setCamera(on: boolean): Promise<void>;
  /** Switches video on with Chromium's fake camera. */
  startCamera(): Promise<void>;
  /**
   * Shares a canvas as content, with a tone if `hz` is given; resolves with `started`, or with how the
   * sharing ended.
   */
  shareContent(hz?: number): Promise<string>;
  stopContent(): void;
  leave(): Promise<void>;
  /** Number of packets that the client's audio connection has received. */
  packetsReceived(): Promise<number>;
}

declare global {
  interface Window {
    chimePage: ChimePage;
  }
}
