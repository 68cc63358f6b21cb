/**
 * The documents exchanged by the web client and the API's functions. The two update functions (TypeScript and
 * Python) are both tested against the example files in `examples/`.
 */

/**
 * Number of requests that the API admits from all operators together: per second, and in a burst. It is enough
 * for 200 pages that each send one request per second.
 */
export const API_THROTTLE = { rateLimit: 250, burstLimit: 500 } as const;

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
  /** PlayAudio: the key of a prompt in the prompts bucket. If absent, the default prompt is played. */
  prompt?: string;
  /** Speak: 1 to 1000 characters. */
  text?: string;
  /** MuteAttendee and UnmuteAttendee: apply to everyone who joined the call's meeting by telephone, in one action. */
  everyone?: boolean;
  /**
   * Identifies the order; its format is {@link ORDER_ID}. The same order with the same id has one effect and one
   * answer, however often and whenever it is sent within an hour. 409 `OrderReused`: the id belongs to another
   * order. 409 `OrderUnderWay`: another request with this order is being processed at this moment.
   */
  orderId?: string;
}

/** Format of an order id. */
export const ORDER_ID = /^[A-Za-z0-9_-]{16,64}$/;

/** Answer 202 of the update routes. */
export interface UpdateCallAccepted {
  updateId: string;
  transactionId: string;
  status: 'accepted';
  /** ISO 8601, UTC, with milliseconds. */
  acceptedAt: string;
}

/** Answer of any route that could not fulfil the request: 400, 404, 409, 429, 500, 502. */
export interface ApiError {
  error: {
    /**
     * A stable code, by which the client distinguishes errors: `BadRequest`, `CallNotFound`, `MeetingNotFound`, `AttendeeNotFound`,
     * `NameInUse`, `TooManyMeetings`, `MeetingFull`, `ListensOnly`, `OrderReused`, `OrderUnderWay`, `TooManyRequests`,
     * `Upstream`, …
     */
    code: string;
    /** A sentence for the user: what is wrong, the value, and what to do. */
    message: string;
    /** For 400 and 409 `NameInUse`: the invalid member of the body, e.g. `transactionId`. */
    field?: string;
  };
}

/** A caller who is in a meeting or joining one: one row of the `meetingInfo` table. */
export interface CallRow {
  meetingId: string;
  attendeeId: string;
  /** The person's telephone number, whether they called or were called; `anonymous` if it is withheld. */
  fromNumber: string;
  /** The application's own telephone number. */
  toNumber: string;
  /** LEG-A's CallId. */
  callId: string;
  transactionId: string;
  /** The name that the operator gave the meeting when creating its PIN. */
  meetingName: string;
  status: 'joining' | 'joined';
  /** ISO 8601. */
  joinedAt: string;
  muted: boolean;
  /** Who muted the caller last: the caller or another caller, by key, or an operator. */
  mutedBy?: 'caller' | 'participant' | 'operator';
}

/** Minimum number of digits in a PIN; the stack uses it unless it asks for more. */
export const MIN_PIN_DIGITS = 8;
/** Maximum number of digits in a PIN; a longer one could hardly be read out. */
export const MAX_PIN_DIGITS = 16;

/** A meeting that callers can dial into: a name and a PIN. */
export interface MeetingEntry {
  name: string;
  /** Random digits, as many as the stack asks for: {@link MIN_PIN_DIGITS} to {@link MAX_PIN_DIGITS}. */
  pin: string;
  /** ISO 8601. */
  createdAt: string;
}

/** The progress of an update. Each step is written by the component that took it. */
export interface UpdateRecord {
  updateId: string;
  transactionId: string;
  updateInfo: UpdateInfo | string;
  via: 'node' | 'python';
  meetingId?: string;
  attendeeId?: string;
  fromNumber?: string;
  /** `true`: the update applies to everyone in the meeting. */
  everyone?: string;
  /** `orderId` of the request: a client that lost the answer finds the update by it. */
  orderId?: string;
  status: 'accepted' | 'seen' | 'done' | 'failed' | 'interrupted';
  /** This time and the following ones: ISO 8601. */
  acceptedAt?: string;
  seenAt?: string;
  endedAt?: string;
  /** Why the update failed, or what interrupted it. */
  reason?: string;
}

/** Directions of an attendee's sound. `Receive`: the attendee hears the others, and nobody hears the attendee. */
export type AttendeeAudio = 'SendReceive' | 'Receive';

/** Identifies an attendee of a meeting. */
export interface AttendeeRef {
  /** GUID. */
  meetingId: string;
  /** GUID. */
  attendeeId: string;
}

/**
 * An operator who is in a meeting with the web client, or joining one. The row does not say whether operators have
 * muted their own microphones: the meeting itself tells its attendees.
 */
export interface BrowserRow extends AttendeeRef {
  /** The name that the operator chose to be shown. */
  displayName: string;
  /** The name that was given to the meeting when its PIN was created. */
  meetingName: string;
  /** How the operator joined. `Receive`: to listen only; there is no microphone to unmute. */
  audio: AttendeeAudio;
  /** ISO 8601. */
  joinedAt: string;
  /** True if an operator has muted this one through the attendee's capabilities. */
  muted: boolean;
}

/** Body of `POST /queryMeetings`; may be absent. */
export interface QueryMeetingsRequest {
  /** The requesting page's attendee in a meeting: its {@link BrowserRow} stays for another {@link PRESENCE_MS}. */
  present?: AttendeeRef;
}

/** Milliseconds after which a {@link BrowserRow} is no longer listed unless its page reports that it is present. */
export const PRESENCE_MS = 60_000;

/** Answer 200 of `POST /queryMeetings`. */
export interface QueryMeetingsResponse {
  Items: CallRow[];
  Browsers: BrowserRow[];
  Meetings: MeetingEntry[];
  /** Newest first, at most 50, none older than an hour. */
  Updates: UpdateRecord[];
  /** Keys of the prompts that PlayAudio may name. */
  Prompts: string[];
  /**
   * Present while so many wrong PINs are being tried that not all attempts are checked: the callers who may have to
   * wait. `further`: those whose number has not joined before and who have entered a wrong PIN. `stranger`: all whose
   * number has not joined before. `known`: those whose number has.
   */
  Guessing?: ('further' | 'stranger' | 'known')[];
  /** ISO 8601: the current time by the clock that set the times above; the page's own clock may be minutes off. */
  Now?: string;
}

/** Body of `POST /createMeeting`. */
export interface CreateMeetingRequest {
  /** 1 to 64 characters. A name in use is refused with 409 `NameInUse`; {@link sameNameKey} compares names. */
  name: string;
}

/**
 * The key by which names are compared. It ignores case, character width and the number of spaces, because they
 * cannot be heard.
 */
export function sameNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Answer 201 of `POST /createMeeting`. */
export type CreateMeetingResponse = MeetingEntry;

/** Body of `POST /joinMeeting`. */
export interface JoinMeetingRequest {
  /** Name of a {@link MeetingEntry}, compared by {@link sameNameKey}. If nobody is in the meeting yet, it is started. */
  name: string;
  audio: AttendeeAudio;
  /** The name under which the others see the operator, 1 to 64 characters. */
  displayName: string;
}

/** Answer 201 of `POST /joinMeeting`: the input of `MeetingSessionConfiguration` of amazon-chime-sdk-js. */
export interface JoinMeetingResponse {
  Meeting: {
    MeetingId: string;
    ExternalMeetingId?: string;
    MediaRegion?: string;
    MediaPlacement: Record<string, string>;
  };
  Attendee: {
    AttendeeId: string;
    ExternalUserId: string;
    /** A secret: whoever has it can join as this attendee. */
    JoinToken: string;
    Capabilities: { Audio: string; Video: string; Content: string };
  };
}

/**
 * Body of `POST /setAttendeeAudio`: mutes or unmutes an operator's attendee, whatever its page does. It cannot be
 * used for telephones, nor for an attendee that joined to listen only (409 `ListensOnly`).
 */
export interface SetAttendeeAudioRequest extends AttendeeRef {
  audio: AttendeeAudio;
}

/** Answer 200 of `POST /setAttendeeAudio`. */
export type SetAttendeeAudioResponse = BrowserRow;

/** Body of `POST /removeAttendee`: an operator's attendee leaves or is removed. Answer 200: an empty object. */
export type RemoveAttendeeRequest = AttendeeRef;

/** The prefix of an operator's ExternalUserId: `operator:<name>#<random>`. */
export const OPERATOR_PREFIX = 'operator:';

/** The operator's name in an ExternalUserId; undefined if the id is not an operator's. */
export function operatorNameOf(externalUserId: string): string | undefined {
  if (!externalUserId.startsWith(OPERATOR_PREFIX)) return undefined;
  return externalUserId.slice(OPERATOR_PREFIX.length).replace(/#[^#]*$/, '') || undefined;
}

/** `config.json`, deployed beside the web client: the page's configuration. */
export interface ConsoleConfig {
  /** Base URL of the API, without a trailing slash. */
  apiUrl: string;
  /** OpenID Connect issuer; its discovery document contains the other addresses. */
  issuer: string;
  clientId: string;
  /** The number that callers dial. */
  phoneNumber: string;
  /**
   * Address of a stream of JSON lines `{"speaking":["<attendeeId>", …],"refusals":[{"why":"…","calls":3}, …]}`,
   * one line at once and one at each change; set only where the server knows who is speaking. Requests need the
   * API's token. `refusals` lists the calls that were refused since the start; it is absent if there are none.
   */
  activityUrl?: string;
  /** Address of the page with a telephone for test calls; set only where there is such a page. */
  phoneUrl?: string;
  /**
   * Address of the page that shows what happened on a call, to which `#` and the TransactionId are appended;
   * absent where there is no such page.
   */
  callsUrl?: string;
}
