/** What `POST /joinMeeting` does: creates an attendee for the operator in the meeting that callers dial into. */
import { randomBytes } from 'node:crypto';
import {
  type BrowserRow,
  type JoinMeetingRequest,
  type JoinMeetingResponse,
  OPERATOR_PREFIX,
} from '#contract';
import {
  apiError,
  BadRequest,
  type HttpRequest,
  type HttpResponse,
  json,
  readJsonObject,
} from '../http/index.ts';
import {
  type ChimeMeetings,
  enterLiveMeeting,
  meetingsRefusal,
  readAudio,
  type WholeAttendee,
  type WholeMeeting,
} from '../meetings/index.ts';
import type { BrowserAttendeesTable, MeetingAccessTable, StoredMeeting } from '../tables/index.ts';

/** Maximum characters of a meeting's name and of an operator's. */
const MAX_NAME_CHARACTERS = 64;
/** Maximum characters of an ExternalUserId. Source: API reference, CreateAttendee. */
const MAX_EXTERNAL_USER_ID = 64;
/** Random bytes that distinguish the pages of one operator. */
const SUFFIX_BYTES = 6;
/** Characters that an ExternalUserId may not contain. Source: API reference, CreateAttendee; `#` ends the name. */
const NOT_IN_EXTERNAL_USER_ID = /[^-_&@+=,(){}[\]/«».:|'"a-zA-Z0-9À-ÿ ]/g;

export interface Ports {
  meetings: Pick<ChimeMeetings, 'meetingOf' | 'createBrowserAttendee'>;
  meetingAccess: Pick<MeetingAccessTable, 'findByName'>;
  browsers: Pick<BrowserAttendeesTable, 'put'>;
  /** The media Region of meetings; it must be the same for calls and browsers, or they would not meet. */
  mediaRegion: string;
  now(): number;
  warn(what: string, error: unknown): void;
}

export async function joinMeeting(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const wanted = readRequest(readJsonObject(request));
  const entry = await ports.meetingAccess.findByName(wanted.name);
  if (!entry) {
    const message = `There is no meeting named ${JSON.stringify(wanted.name)}. Choose another one.`;
    return apiError(404, 'MeetingNotFound', message, 'name');
  }
  let entered: { meeting: WholeMeeting; attendee: WholeAttendee };
  try {
    entered = await enter(entry, wanted, ports);
  } catch (error) {
    return meetingsRefusal(error, ports.warn);
  }
  const row = rowOf(entry, wanted, entered, ports.now());
  // If this fails, nobody has the attendee's token: the attendee never appears and ends with its meeting.
  await ports.browsers.put(row, ports.now());
  return json(201, answerOf(entered));
}

function enter(entry: StoredMeeting, { displayName, audio }: JoinMeetingRequest, ports: Ports) {
  const externalUserId = externalUserIdOf(displayName);
  return enterLiveMeeting(
    entry,
    (meeting: WholeMeeting) => meeting.MeetingId,
    (token, externalMeetingId) => ports.meetings.meetingOf(token, externalMeetingId, ports.mediaRegion),
    async (meeting) => {
      const attendee = await ports.meetings.createBrowserAttendee(meeting.MeetingId, externalUserId, audio);
      return attendee && { meeting, attendee };
    },
  );
}

/**
 * `operator:<name>#<random>`. It is new each time: an attendee that is created again would keep its old
 * capabilities.
 */
export function externalUserIdOf(displayName: string): string {
  const suffix = `#${randomBytes(SUFFIX_BYTES).toString('hex')}`;
  const room = MAX_EXTERNAL_USER_ID - OPERATOR_PREFIX.length - suffix.length;
  const name = displayName.replace(NOT_IN_EXTERNAL_USER_ID, '_').slice(0, room).trim();
  return `${OPERATOR_PREFIX}${name}${suffix}`;
}

function rowOf(
  { name }: StoredMeeting,
  { displayName, audio }: JoinMeetingRequest,
  { meeting, attendee }: { meeting: WholeMeeting; attendee: WholeAttendee },
  now: number,
): BrowserRow {
  return {
    meetingId: meeting.MeetingId,
    attendeeId: attendee.AttendeeId,
    displayName,
    meetingName: name,
    audio,
    joinedAt: new Date(now).toISOString(),
    muted: false,
  };
}

function answerOf({ meeting, attendee }: { meeting: WholeMeeting; attendee: WholeAttendee }): object {
  const { MeetingId, ExternalMeetingId, MediaRegion, MediaPlacement } = meeting;
  const { AttendeeId, ExternalUserId, JoinToken, Capabilities } = attendee;
  const answer: { [part in keyof JoinMeetingResponse]: object } = {
    Meeting: { MeetingId, ExternalMeetingId, MediaRegion, MediaPlacement },
    Attendee: { AttendeeId, ExternalUserId, JoinToken, Capabilities },
  };
  return answer;
}

function readRequest(body: Record<string, unknown>): JoinMeetingRequest {
  const name = readName(body, 'name');
  const audio = readAudio(body);
  return { name, audio, displayName: readName(body, 'displayName') };
}

function readName(body: Record<string, unknown>, member: 'name' | 'displayName'): string {
  const value = body[member];
  if (typeof value !== 'string') throw new BadRequest(member, `${member} must be a string.`);
  const name = value.trim();
  const characters = [...name].length;
  if (characters < 1 || characters > MAX_NAME_CHARACTERS) {
    throw new BadRequest(
      member,
      `${member} must have 1 to ${MAX_NAME_CHARACTERS} characters, not ${characters}.`,
    );
  }
  if (/[\p{Cc}\p{Cs}]/u.test(name)) {
    throw new BadRequest(member, `${member} must not have control characters.`);
  }
  return name;
}
