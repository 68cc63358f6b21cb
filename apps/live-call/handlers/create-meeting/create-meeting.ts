/** What `POST /createMeeting` does: a new name gets a random PIN that no other meeting has. */
import { randomInt, randomUUID } from 'node:crypto';
import { type MeetingEntry, sameNameKey } from '#contract';
import {
  apiError,
  BadRequest,
  type HttpRequest,
  type HttpResponse,
  json,
  readJsonObject,
} from '../http/index.ts';
import type { MeetingAccessTable, StoredMeeting } from '../tables/index.ts';

/** Maximum characters of a name. */
const MAX_NAME_CHARACTERS = 64;
/** Maximum number of meetings; each additional one makes guessing a PIN easier. */
export const MAX_MEETINGS = 500;
/** PINs drawn before giving up: with 500 meetings even a second draw is needed only once in 200 000 times. */
const MAX_PIN_DRAWS = 10;

export interface Ports {
  meetingAccess: Pick<MeetingAccessTable, 'add' | 'meetings'>;
  /** Number of digits in a PIN. */
  pinDigits: number;
  now(): number;
  /** Returns as many digits as a PIN has, each equally likely. */
  newPin?(): string;
}

export async function createMeeting(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const name = readName(readJsonObject(request).name);
  const meetings = await ports.meetingAccess.meetings(MAX_MEETINGS);
  // Checked before the count: a person who asks for a name in use is best directed to that meeting.
  const existing = meetings.find((meeting) => sameNameKey(meeting.name) === sameNameKey(name));
  if (existing) return nameInUse(existing.name);
  if (meetings.length >= MAX_MEETINGS) {
    return apiError(409, 'TooManyMeetings', `There are ${MAX_MEETINGS} meetings already: use one of them.`);
  }
  const draw = ports.newPin ?? (() => randomPin(ports.pinDigits));
  for (let count = 0; count < MAX_PIN_DRAWS; count += 1) {
    const entry: MeetingEntry = { name, pin: draw(), createdAt: new Date(ports.now()).toISOString() };
    const meeting: StoredMeeting = { ...entry, externalMeetingId: randomUUID() };
    const added = await ports.meetingAccess.add(meeting);
    if (added === 'added') return json(201, entry);
    if (added === 'nameTaken') return nameInUse(name);
  }
  return apiError(500, 'Internal', 'No free PIN was found. Try again.');
}

/** Callers are shown under the name of their meeting, so two meetings of one name could not be told apart. */
function nameInUse(name: string): HttpResponse {
  return apiError(
    409,
    'NameInUse',
    `There is a meeting named ${JSON.stringify(name)} already. Choose another name.`,
    'name',
  );
}

function randomPin(digits: number): string {
  return Array.from({ length: digits }, () => randomInt(10)).join('');
}

function readName(value: unknown): string {
  if (typeof value !== 'string') throw new BadRequest('name', 'name must be a string.');
  const name = value.trim();
  const characters = [...name].length;
  if (characters < 1 || characters > MAX_NAME_CHARACTERS) {
    throw new BadRequest('name', `name must have 1 to ${MAX_NAME_CHARACTERS} characters, not ${characters}.`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(name)) throw new BadRequest('name', 'name must not have control characters.');
  return name;
}
