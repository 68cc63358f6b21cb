/**
 * The documents between the web client and the API's functions. The update twins (TypeScript and Python)
 * are held to the example files in `contract/examples/`.
 */

/** What an operator can do to a call. The name travels to the handler as `Arguments.action`. */
export type UpdateInfo = 'PlayAudio' | 'Speak' | 'MuteAttendee' | 'UnmuteAttendee' | 'DisconnectAttendee';

export const UPDATE_INFOS: readonly UpdateInfo[] = [
  'PlayAudio',
  'Speak',
  'MuteAttendee',
  'UnmuteAttendee',
  'DisconnectAttendee',
];

/** Body of `POST /updateCallNode` and `POST /updateCallPython`. */
export interface UpdateCallRequest {
  transactionId: string;
  updateInfo: UpdateInfo;
  meetingId?: string;
  attendeeId?: string;
  fromNumber?: string;
  callId?: string;
  /** PlayAudio: the key of a prompt in the prompts bucket; the default prompt when absent. */
  prompt?: string;
  /** Speak: 1 to 1000 characters. */
  text?: string;
}

/** Answer 202 of the update routes. */
export interface UpdateCallAccepted {
  updateId: string;
  transactionId: string;
  status: 'accepted';
  /** ISO 8601, UTC, with milliseconds. */
  acceptedAt: string;
}

/** Answer of any route that could not do what was asked: 400, 404, 409, 429, 500, 502. */
export interface ApiError {
  error: {
    /**
     * Stable; the client branches on it: `BadRequest`, `CallNotFound`, `NameInUse`, `TooManyMeetings`,
     * `TooManyRequests`, `Upstream`, …
     */
    code: string;
    /** A sentence for the person: what is wrong, the value, what to do. */
    message: string;
    /** 400, and 409 `NameInUse`: the member of the body that is wrong, e.g. `transactionId`. */
    field?: string;
  };
}

/** One caller who is in a meeting (or on the way in). One row of the `meetingInfo` table. */
export interface CallRow {
  meetingId: string;
  attendeeId: string;
  fromNumber: string;
  toNumber: string;
  /** LEG-A's CallId. */
  callId: string;
  transactionId: string;
  /** What the operator called the meeting when creating its PIN. */
  meetingName: string;
  status: 'joining' | 'joined';
  /** ISO 8601. */
  joinedAt: string;
  muted: boolean;
  /** Who muted last: the caller by key, another caller by key, or an operator. */
  mutedBy?: 'caller' | 'participant' | 'operator';
}

/** Digits of a PIN: fixed, so that the last one completes it and no terminator is needed. */
export const PIN_DIGITS = 8;

/** A meeting that callers can dial into: a name and a PIN. */
export interface MeetingEntry {
  name: string;
  /** {@link PIN_DIGITS} random digits. */
  pin: string;
  /** ISO 8601. */
  createdAt: string;
}

/** How far an update has come. Each step is written by the part that took it. */
export interface UpdateRecord {
  updateId: string;
  transactionId: string;
  updateInfo: UpdateInfo | string;
  via: 'node' | 'python';
  meetingId?: string;
  attendeeId?: string;
  fromNumber?: string;
  status: 'accepted' | 'seen' | 'done' | 'failed' | 'interrupted';
  /** ISO 8601 each. */
  acceptedAt?: string;
  seenAt?: string;
  endedAt?: string;
  /** Why it failed, or by what it was interrupted. */
  reason?: string;
}

/** Answer 200 of `POST /queryMeetings`. */
export interface QueryMeetingsResponse {
  Items: CallRow[];
  Meetings: MeetingEntry[];
  /** The newest first, at most 50, none older than an hour. */
  Updates: UpdateRecord[];
  /** Keys of the prompts that PlayAudio may name. */
  Prompts: string[];
}

/** Body of `POST /createMeeting`. */
export interface CreateMeetingRequest {
  /** 1 to 64 characters. A name in use is refused with 409 `NameInUse`; {@link sameNameKey} says what is the same. */
  name: string;
}

/** Two meetings have the same name when these are equal: case, width and spaces make no difference to an ear. */
export function sameNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Answer 201 of `POST /createMeeting`. */
export type CreateMeetingResponse = MeetingEntry;

/** `config.json`, deployed beside the web client: all that the page must be told. */
export interface ConsoleConfig {
  /** Base URL of the API without a slash at the end. */
  apiUrl: string;
  /** OpenID Connect issuer; its discovery document names the other addresses. */
  issuer: string;
  clientId: string;
  /** Where the number is dialled from a telephone. */
  phoneNumber: string;
  /**
   * Set only by a home that can tell who is speaking: a stream of JSON lines
   * `{"speaking":["<attendeeId>", …]}`, one at once and one at each change; needs the API's token.
   */
  activityUrl?: string;
}
