/** What `POST /queryMeetings` does: returns everything that the page shows in one answer. */
import type { CallRow, MeetingEntry, QueryMeetingsResponse, UpdateRecord } from '#contract';
import { BadRequest, type HttpRequest, type HttpResponse, json, readJsonObject } from '../http/index.ts';
import { type ChimeMeetings, readAttendeeRef } from '../meetings/index.ts';
import type { UpdateAnswer } from '../platform/voice.ts';
import {
  type BrowserAttendeesTable,
  type CallUpdatesTable,
  type GuessBudget,
  type MeetingAccessTable,
  type MeetingInfoTable,
  type StoredCallRow,
  type StoredMeeting,
  UPDATE_RECORD_MS,
  updateIdTime,
} from '../tables/index.ts';
import { isCallToBeAskedFor, rowsToVerify } from './liveness.ts';

/** Maximum number of updates in one answer. */
const MAX_UPDATES = 50;
/** Maximum number of meetings in one answer: more than can exist. */
const MAX_MEETINGS = 1_000;

export interface Ports {
  meetingInfo: Pick<MeetingInfoTable, 'rows' | 'claimVerification' | 'restoreVerifiedAt' | 'remove'>;
  browsers: Pick<BrowserAttendeesTable, 'present' | 'seen'>;
  meetingAccess: Pick<MeetingAccessTable, 'meetings'>;
  callUpdates: Pick<CallUpdatesTable, 'newest'>;
  meetings: Pick<ChimeMeetings, 'hasAttendee'>;
  guessBudget: Pick<GuessBudget, 'exhausted'>;
  /** Calls UpdateSipMediaApplicationCall. */
  updateCall(transactionId: string, args: Record<string, string>): Promise<UpdateAnswer>;
  prompts: string[];
  now(): number;
  warn(what: string, error: unknown): void;
}

export async function queryMeetings(request: HttpRequest, ports: Ports): Promise<HttpResponse> {
  const now = ports.now();
  await notePresence(request, ports, now);
  const [items, browsers, meetings, updates, guessing] = await Promise.all([
    liveRows(ports, now),
    ports.browsers.present(now),
    ports.meetingAccess.meetings(MAX_MEETINGS),
    ports.callUpdates.newest(MAX_UPDATES, updateIdTime(now - UPDATE_RECORD_MS)),
    ports.guessBudget.exhausted(now),
  ]);
  const answer: QueryMeetingsResponse = {
    Items: items.map(toCallRow).sort(byKey((row) => `${row.meetingName} ${row.joinedAt}`)),
    Browsers: browsers.sort(byKey((row) => `${row.meetingName} ${row.joinedAt}`)),
    Meetings: meetings.map(toMeetingEntry).sort(byKey((meeting) => meeting.createdAt)),
    Updates: updates.map(toUpdateRecord),
    Prompts: ports.prompts,
    ...(guessing.length === 0 ? {} : { Guessing: guessing }),
    Now: new Date(now).toISOString(),
  };
  return json(200, answer);
}

/** Notes that a page is in a meeting; a page whose attendee is gone learns it from the answer. */
async function notePresence(request: HttpRequest, ports: Ports, now: number): Promise<void> {
  const { present } = request.body ? readJsonObject(request) : {};
  if (present === undefined) return;
  if (typeof present !== 'object' || present === null) {
    throw new BadRequest('present', 'present must name the attendee of the page.');
  }
  const attendee = readAttendeeRef(present as Record<string, unknown>);
  // The answer can be read although nothing can be written.
  await ports.browsers
    .seen(attendee, now)
    .catch((error) => ports.warn('The presence of a page was not recorded', error));
}

/** The rows whose calls are in progress, as far as is known. */
async function liveRows(ports: Ports, now: number): Promise<StoredCallRow[]> {
  const rows = await ports.meetingInfo.rows();
  const gone = new Set<string>();
  await Promise.all(
    rowsToVerify(rows, now).map(async (row) => {
      const ended = await hasEnded(row, ports, now).catch((error) => {
        ports.warn('The verification of a call was not recorded', error);
        return false;
      });
      if (ended) gone.add(row.transactionId);
    }),
  );
  return rows.filter((row) => !gone.has(row.transactionId));
}

/**
 * Asks the meetings service; of several concurrent requests only one asks. Removes the row when the attendee
 * is gone.
 */
async function hasEnded(row: StoredCallRow, ports: Ports, now: number): Promise<boolean> {
  const asksForCall = isCallToBeAskedFor(row, now);
  if (!(await ports.meetingInfo.claimVerification(row, now))) return false;
  try {
    const there = await ports.meetings.hasAttendee(row.meetingId, row.attendeeId);
    if (there && !(asksForCall && (await isCallGone(row, ports)))) return false;
  } catch (error) {
    // Nothing was learnt: the next request asks again.
    ports.warn('A call could not be verified', error);
    await ports.meetingInfo.restoreVerifiedAt(row, now);
    return false;
  }
  await ports.meetingInfo.remove(row.meetingId, row.transactionId);
  return true;
}

/** Only an answer that says so means that the call is gone; no answer, or throttling, means nothing. */
async function isCallGone({ transactionId }: StoredCallRow, ports: Ports): Promise<boolean> {
  const answer = await ports.updateCall(transactionId, { action: 'Verify' });
  return !answer.accepted && answer.code === 'NotFoundException';
}

function toCallRow(row: StoredCallRow): CallRow {
  const { meetingId, attendeeId, fromNumber, toNumber, callId, transactionId } = row;
  const { meetingName, status, joinedAt, muted, mutedBy } = row;
  return {
    meetingId,
    attendeeId,
    fromNumber,
    toNumber,
    callId,
    transactionId,
    meetingName,
    status,
    joinedAt,
    muted,
    ...(mutedBy === undefined ? {} : { mutedBy }),
  };
}

function toMeetingEntry({ name, pin, createdAt }: StoredMeeting): MeetingEntry {
  return { name, pin, createdAt };
}

/** The record without the table's own members. */
function toUpdateRecord(item: UpdateRecord): UpdateRecord {
  const {
    pk: _pk,
    sk: _sk,
    expiresAt: _expiresAt,
    seenSequence: _seenSequence,
    ...record
  } = item as UpdateRecord & Record<string, unknown>;
  return record as UpdateRecord;
}

function byKey<T>(key: (value: T) => string): (one: T, other: T) => number {
  return (one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0);
}
