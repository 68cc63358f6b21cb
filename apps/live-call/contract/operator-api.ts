/**
 * The documents exchanged by the web client and the API's functions. The update twins (TypeScript and Python)
 * are both tested against the example files in `examples/`.
 */

/**
 * Requests that the API admits from all operators together: per second, and in a burst. 200 pages ask once a
 * second each.
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
  /** PlayAudio: the key of a prompt in the prompts bucket; the default prompt when absent. */
  prompt?: string;
  /** Speak: 1 to 1000 characters. */
  text?: string;
  /** MuteAttendee and UnmuteAttendee: everyone in that call's meeting who has come by telephone, by one action. */
  everyone?: boolean;
  /**
   * Names the order, {@link ORDER_ID}: the same order with the same name has one effect and one answer, however often
   * and at whatever times it is given within an hour. 409 `OrderReused`: the name is of another order. 409
   * `OrderUnderWay`: it is being given by somebody else at this moment.
   */
  orderId?: string;
}

/** What an order id looks like. */
export const ORDER_ID = /^[A-Za-z0-9_-]{16,64}$/;

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
     * Stable; the client branches on it: `BadRequest`, `CallNotFound`, `MeetingNotFound`, `AttendeeNotFound`,
     * `NameInUse`, `TooManyMeetings`, `MeetingFull`, `ListensOnly`, `OrderReused`, `OrderUnderWay`, `TooManyRequests`,
     * `Upstream`, …
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
  /** The person's telephone number, whether they called or were called; `anonymous` when withheld. */
  fromNumber: string;
  /** Our number. */
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

/** Minimum number of digits in a PIN: what the stack uses when it does not ask for more. */
export const MIN_PIN_DIGITS = 8;
/** Maximum number of digits in a PIN: a longer one can hardly be read out. */
export const MAX_PIN_DIGITS = 16;

/** A meeting that callers can dial into: a name and a PIN. */
export interface MeetingEntry {
  name: string;
  /** Random digits, as many as the stack asks for: {@link MIN_PIN_DIGITS} to {@link MAX_PIN_DIGITS}. */
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
  /** `true`: it is for everyone in the meeting. */
  everyone?: string;
  /** Of the request that ordered it: whoever lost the answer finds the update by this. */
  orderId?: string;
  status: 'accepted' | 'seen' | 'done' | 'failed' | 'interrupted';
  /** ISO 8601 each. */
  acceptedAt?: string;
  seenAt?: string;
  endedAt?: string;
  /** Why it failed, or by what it was interrupted. */
  reason?: string;
}

/** What an attendee's sound may do. `Receive`: it hears, and nobody hears it. */
export type AttendeeAudio = 'SendReceive' | 'Receive';

/** Names an attendee of a meeting. */
export interface AttendeeRef {
  /** GUID. */
  meetingId: string;
  /** GUID. */
  attendeeId: string;
}

/**
 * One operator who is in a meeting with the web client (or on the way in). Whether it muted its own microphone is not
 * here: those who are in the meeting are told that by the meeting itself.
 */
export interface BrowserRow extends AttendeeRef {
  /** What the operator calls itself. */
  displayName: string;
  /** What the operator called the meeting when creating its PIN. */
  meetingName: string;
  /** What it joined for. `Receive`: to listen only; there is no microphone that could be unmuted. */
  audio: AttendeeAudio;
  /** ISO 8601. */
  joinedAt: string;
  /** An operator has taken its voice away, by the attendee's capabilities. */
  muted: boolean;
}

/** Body of `POST /queryMeetings`; may be absent. */
export interface QueryMeetingsRequest {
  /** The asking page is in a meeting as this attendee: its {@link BrowserRow} stays for {@link PRESENCE_MS} more. */
  present?: AttendeeRef;
}

/** Milliseconds after which a {@link BrowserRow} is no longer listed unless its page says that it is there. */
export const PRESENCE_MS = 60_000;

/** Answer 200 of `POST /queryMeetings`. */
export interface QueryMeetingsResponse {
  Items: CallRow[];
  Browsers: BrowserRow[];
  Meetings: MeetingEntry[];
  /** The newest first, at most 50, none older than an hour. */
  Updates: UpdateRecord[];
  /** Keys of the prompts that PlayAudio may name. */
  Prompts: string[];
  /**
   * So many wrong PINs are being tried that not all are looked at for the moment; absent: no. `further`: strangers who have
   * keyed a wrong one may have to wait. `stranger`: all callers whose number has not joined before. `known`: those whose
   * number has.
   */
  Guessing?: ('further' | 'stranger' | 'known')[];
  /** ISO 8601: the time by the clock that gave the times above; a page's own may be wrong by minutes. */
  Now?: string;
}

/** Body of `POST /createMeeting`. */
export interface CreateMeetingRequest {
  /** 1 to 64 characters. A name in use is refused with 409 `NameInUse`; {@link sameNameKey} says what is the same. */
  name: string;
}

/** Two meetings have the same name when their keys are equal: case, width and spaces cannot be heard. */
export function sameNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Answer 201 of `POST /createMeeting`. */
export type CreateMeetingResponse = MeetingEntry;

/** Body of `POST /joinMeeting`. */
export interface JoinMeetingRequest {
  /** Of a {@link MeetingEntry}; compared by {@link sameNameKey}. The meeting is started when nobody is in it yet. */
  name: string;
  audio: AttendeeAudio;
  /** How the others shall see the operator, 1 to 64 characters. */
  displayName: string;
}

/** Answer 201 of `POST /joinMeeting`: what `MeetingSessionConfiguration` of amazon-chime-sdk-js takes. */
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
    /** A secret: who has it joins as this attendee. */
    JoinToken: string;
    Capabilities: { Audio: string; Video: string; Content: string };
  };
}

/**
 * Body of `POST /setAttendeeAudio`: mutes or unmutes an operator's attendee, whatever its page does. Not for
 * telephones, and not for one that joined to listen only (409 `ListensOnly`).
 */
export interface SetAttendeeAudioRequest extends AttendeeRef {
  audio: AttendeeAudio;
}

/** Answer 200 of `POST /setAttendeeAudio`. */
export type SetAttendeeAudioResponse = BrowserRow;

/** Body of `POST /removeAttendee`: an operator's attendee leaves, or is made to. Answer 200: an empty object. */
export type RemoveAttendeeRequest = AttendeeRef;

/** The prefix of an operator's ExternalUserId: `operator:<name>#<random>`. */
export const OPERATOR_PREFIX = 'operator:';

/** The operator's name in an ExternalUserId; undefined when the id is not an operator's. */
export function operatorNameOf(externalUserId: string): string | undefined {
  if (!externalUserId.startsWith(OPERATOR_PREFIX)) return undefined;
  return externalUserId.slice(OPERATOR_PREFIX.length).replace(/#[^#]*$/, '') || undefined;
}

/** `config.json`, deployed beside the web client: everything that the page must be told. */
export interface ConsoleConfig {
  /** Base URL of the API without a slash at the end. */
  apiUrl: string;
  /** OpenID Connect issuer; its discovery document contains the other addresses. */
  issuer: string;
  clientId: string;
  /** The number that callers dial. */
  phoneNumber: string;
  /**
   * Set only where it is known who is speaking: the address of a stream of JSON lines
   * `{"speaking":["<attendeeId>", …],"refusals":[{"why":"…","calls":3}, …]}`, one line at once and one at
   * each change; requests need the API's token. `refusals` lists the calls that were turned away since the
   * start; it is absent when there are none.
   */
  activityUrl?: string;
  /** Address of the page with a telephone for test calls; set only where there is one. */
  phoneUrl?: string;
  /**
   * Address of the page that shows what happened on a call, given `#` and its TransactionId; absent where
   * there is none.
   */
  callsUrl?: string;
}
