import { describe, expect, test } from 'vitest';
import type { BrowserRow, CallRow } from '#contract';
import {
  IDLE,
  type InMeeting,
  newlyJoining,
  type Presence,
  type SessionState,
} from '../meeting-session/session-state.ts';
import { groupMeetings, type MeetingGroup } from '../meetings/grouping.ts';
import { rosterNews } from './news.ts';
import { rosterOf } from './roster.ts';

const call = (attendeeId: string, row: Partial<CallRow> = {}): CallRow => ({
  ...{ meetingId: 'm', attendeeId, fromNumber: `+${attendeeId}`, toNumber: '+2', callId: 'c' },
  ...{ transactionId: attendeeId, meetingName: 'Board', status: 'joined', joinedAt: '10:00', muted: false },
  ...row,
});
const browser = (attendeeId: string, row: Partial<BrowserRow> = {}): BrowserRow => ({
  ...{ meetingId: 'm', attendeeId, displayName: `${attendeeId}@x`, meetingName: 'Board' },
  ...{ audio: 'SendReceive', joinedAt: '10:01', muted: false },
  ...row,
});
const group = (callers: CallRow[], browsers: BrowserRow[] = []): MeetingGroup => ({
  ...{ name: 'Board', pins: ['1'], callers, browsers },
});

/** The state of a page that is in the meeting as `me` and knows all attendees. */
function inside(present: Record<string, Partial<Presence>>, part: Partial<InMeeting> = {}): SessionState {
  const entries = Object.entries(present).map(
    ([id, one]) => [id, { externalUserId: id, speaking: false, ...one }] as const,
  );
  return {
    ...newlyJoining({ meetingName: 'Board', audio: 'SendReceive', speaker: '' }),
    ...{ phase: 'connected', me: { meetingId: 'm', attendeeId: 'me' }, settled: true },
    present: new Map(entries),
    ...part,
  };
}

const microphones = (meeting: MeetingGroup, state: SessionState) =>
  Object.fromEntries(
    rosterOf(meeting, state, undefined).map(({ attendeeId, microphone }) => [attendeeId, microphone]),
  );

describe('the list of participants', () => {
  test('Telephones and browsers are listed in order of arrival', () => {
    const meeting = group([call('1'), call('2', { joinedAt: '10:02' })], [browser('ann')]);
    expect(rosterOf(meeting, IDLE, undefined).map(({ name }) => name)).toEqual(['+1', 'ann@x', '+2']);
  });

  test('Operators are grouped under the meeting that they joined', () => {
    const groups = groupMeetings(
      [{ name: 'Board', pin: '1', createdAt: '1' }],
      [],
      [
        browser('b', { joinedAt: '2' }),
        browser('a', { joinedAt: '1' }),
        browser('c', { meetingName: 'Attic' }),
      ],
    );
    expect(groups.map(({ name, browsers }) => [name, browsers.map(({ attendeeId }) => attendeeId)])).toEqual([
      ['Board', ['a', 'b']],
      ['Attic', ['c']],
    ]);
  });

  test('An attendee that only the meeting knows is listed by name', () => {
    const state = inside({ me: {}, a: { externalUserId: 'operator:eve@x#12' }, b: { externalUserId: '' } });
    const found = rosterOf(group([]), state, undefined);
    expect(found.map(({ kind, name }) => [kind, name])).toEqual([
      ['other', 'eve@x'],
      ['other', 'somebody'],
    ]);
    expect(rosterOf({ ...group([]), name: 'Attic' }, state, undefined)).toEqual([]);
    expect(rosterOf(group([]), { ...state, settled: false } as SessionState, undefined)).toEqual([]);
  });
});

describe('the microphones of a meeting', () => {
  test('A telephone’s row says whether it is muted and by whom', () => {
    const meeting = group([
      call('1'),
      call('2', { muted: true, mutedBy: 'caller' }),
      call('3', { muted: true }),
    ]);
    expect(microphones(meeting, IDLE)).toEqual({
      1: { is: 'open' },
      2: { is: 'muted', by: 'caller' },
      3: { is: 'muted' },
    });
  });

  test('A row shows an operator’s mute; the meeting reports a browser’s own', () => {
    const meeting = group(
      [],
      [
        browser('a'),
        browser('b', { muted: true }),
        browser('c'),
        browser('d', { audio: 'Receive' }),
        browser('me'),
      ],
    );
    expect(microphones(meeting, IDLE)).toEqual({
      a: { is: 'unknown' },
      b: { is: 'muted', by: 'operator' },
      c: { is: 'unknown' },
      d: { is: 'none' },
      me: { is: 'unknown' },
    });
    const state = inside(
      { a: { muted: false }, b: { muted: true }, c: { muted: true }, d: { muted: true }, me: {} },
      { selfMuted: true },
    );
    expect(microphones(meeting, state)).toEqual({
      a: { is: 'open' },
      b: { is: 'muted', by: 'operator' },
      c: { is: 'muted', by: 'self' },
      d: { is: 'none' },
      me: { is: 'muted', by: 'self' },
    });
  });
});

describe('the speaking state of an attendee', () => {
  const meeting = group(
    [call('1'), call('2', { muted: true })],
    [browser('a'), browser('b', { muted: true })],
  );
  const speaking = (state: SessionState, elsewhere?: ReadonlySet<string>) =>
    rosterOf(meeting, state, elsewhere).map((entry) => entry.speaking);

  test('The speaking state is unknown without a source', () => {
    expect(speaking(IDLE)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('The meeting’s own report of the speaking state takes precedence', () => {
    const all = { speaking: true };
    expect(speaking(inside({ 1: all, 2: all, a: {}, b: all }), new Set(['a']))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('The speaking state in other meetings comes from the activity stream', () => {
    const other = inside({}, { me: { meetingId: 'other', attendeeId: 'me' } });
    expect(speaking(other, new Set(['1', 'a']))).toEqual([true, false, true, false]);
  });
});

test('A browser is shown as connected only when its meeting sees it', () => {
  const meeting = group([], [browser('a'), browser('b'), browser('me')]);
  const statuses = (state: SessionState) => rosterOf(meeting, state, undefined).map(({ status }) => status);
  expect(statuses(IDLE)).toEqual(['joined', 'joined', 'joined']);
  expect(statuses(inside({ a: {} }))).toEqual(['joined', 'absent', 'joined']);
  expect(statuses(inside({ a: {} }, { settled: false }))).toEqual(['joined', 'joined', 'joined']);
});

describe('announcements of the roster', () => {
  const nameOf = (id: string) => `<${id}>`;

  test('Arrivals and departures are announced once all attendees are known', () => {
    const before = inside({ me: {}, a: {}, b: {} });
    expect(rosterNews(before, inside({ me: {}, a: {}, c: {} }), nameOf)).toEqual([
      '<c> joined.',
      '<b> left.',
    ]);
    expect(rosterNews(before, inside({ a: {}, b: {} }), nameOf)).toEqual([]);
  });

  test('Neither earlier attendees nor a reconnection are announced', () => {
    const arriving = inside({ me: {} }, { settled: false });
    expect(rosterNews(arriving, inside({ me: {}, a: {} }), nameOf)).toEqual([]);
    expect(rosterNews(inside({ a: {} }), arriving, nameOf)).toEqual([]);
    expect(rosterNews(IDLE, inside({ a: {} }), nameOf)).toEqual([]);
  });
});
