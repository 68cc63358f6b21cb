import { describe, expect, it } from 'vitest';
import type { BrowserRow } from '#contract';
import { answerHttp } from '../http/index.ts';
import type { StoredCallRow } from '../tables/index.ts';
import { rowsToVerify, VERIFICATIONS_PER_REQUEST } from './liveness.ts';
import { type Ports, queryMeetings } from './query-meetings.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;

function row(transactionId: string, verifiedAgo: number): StoredCallRow {
  return {
    meetingId: 'm',
    attendeeId: `a-${transactionId}`,
    fromNumber: '+15550100001',
    toNumber: '+12065550100',
    callId: 'c',
    transactionId,
    meetingName: 'Board',
    status: 'joined',
    joinedAt: new Date(NOW - verifiedAgo).toISOString(),
    muted: false,
    verifiedAt: NOW - verifiedAgo,
  };
}

const PAGE = {
  meetingId: 'b2c4f1de-7a6b-4c5d-8e9f-1234567890ab',
  attendeeId: 'a1c4f1de-7a6b-4c5d-8e9f-1234567890ab',
};
const browser = (displayName: string): BrowserRow => ({
  ...PAGE,
  ...{ displayName, meetingName: 'Board', audio: 'Receive', joinedAt: displayName, muted: false },
});

function world(
  rows: StoredCallRow[],
  verifying: 'there' | 'gone' | 'busy' = 'there',
  browsers: BrowserRow[] = [],
) {
  const asked: string[] = [];
  const removed: string[] = [];
  const ports: Ports = {
    meetingInfo: {
      rows: async () => rows,
      claimVerification: async (stored, now) => {
        if (stored.transactionId === 'claimed') return false;
        stored.verifiedAt = now;
        return true;
      },
      restoreVerifiedAt: async (stored) => {
        asked.push(`restore ${stored.transactionId}`);
        return true;
      },
      remove: async (_meetingId, transactionId) => {
        removed.push(transactionId);
      },
    },
    browsers: {
      present: async () => browsers,
      seen: async ({ attendeeId }, now) => {
        asked.push(`seen ${attendeeId} ${now}`);
        return true;
      },
    },
    meetingAccess: {
      meetings: async () => [{ name: 'Board', pin: '48151623', createdAt: 'now', externalMeetingId: 'x' }],
    },
    callUpdates: { newest: async () => [] },
    meetings: {
      hasAttendee: async (_meetingId, attendeeId) => {
        asked.push(`verify ${attendeeId}`);
        if (verifying === 'busy') throw new Error('ThrottlingException');
        return verifying === 'there';
      },
    },
    guessBudget: { exhausted: async () => [] },
    updateCall: async (transactionId, { action }) => {
      asked.push(`${action} ${transactionId}`);
      return transactionId === 'over' ? { accepted: false, code: 'NotFoundException' } : { accepted: true };
    },
    prompts: ['welcome.wav'],
    now: () => NOW,
    warn: () => undefined,
  };
  return { ports, asked, removed };
}

const NO_BODY = { isBase64Encoded: false };

const items = async (ports: Ports) => {
  const { body } = await queryMeetings(NO_BODY, ports);
  return (JSON.parse(body) as { Items: { transactionId: string }[] }).Items.map((item) => item.transactionId);
};

describe('the query of meetings', () => {
  it('The page is told what it may know, and nothing else', async () => {
    const { body } = await queryMeetings(NO_BODY, world([row('t', 0)]).ports);
    const { Items, Meetings, Prompts } = JSON.parse(body) as Record<string, object[]>;
    expect(Items?.[0]).not.toHaveProperty('verifiedAt');
    expect(Meetings).toEqual([{ name: 'Board', pin: '48151623', createdAt: 'now' }]);
    expect(Prompts).toEqual(['welcome.wav']);
  });

  it('The page is told whose tries at PINs are used up', async () => {
    const { ports } = world([]);
    expect(JSON.parse((await queryMeetings(NO_BODY, ports)).body)).not.toHaveProperty('Guessing');
    ports.guessBudget = { exhausted: async () => ['further'] };
    expect(JSON.parse((await queryMeetings(NO_BODY, ports)).body).Guessing).toEqual(['further']);
  });

  it('Fresh rows are not verified', async () => {
    const { ports, asked } = world([row('t', MINUTE)]);
    expect([await items(ports), asked]).toEqual([['t'], []]);
  });

  it('A row is verified after a minute; a call in progress stays', async () => {
    const { ports, asked } = world([row('t', MINUTE + 1)]);
    expect([await items(ports), asked]).toEqual([['t'], ['verify a-t']]);
  });

  it('The row of a call that is gone is removed', async () => {
    const { ports, removed } = world([row('t', MINUTE + 1), row('fresh', 0)], 'gone');
    expect([await items(ports), removed]).toEqual([['fresh'], ['t']]);
  });

  it('Another error proves nothing, and the row is verified next time', async () => {
    const { ports, asked, removed } = world([row('t', MINUTE + 1)], 'busy');
    expect([await items(ports), asked, removed]).toEqual([['t'], ['verify a-t', 'restore t'], []]);
  });

  it('The query is answered although nothing can be written', async () => {
    const full = () => Promise.reject(new Error('the table cannot be written'));
    const { ports } = world([row('t', MINUTE + 1)], 'gone');
    ports.meetingInfo = { ...ports.meetingInfo, claimVerification: full };
    ports.browsers = { ...ports.browsers, seen: full };
    const warned: string[] = [];
    ports.warn = (what) => void warned.push(what);
    const answer = await queryMeetings({ ...NO_BODY, body: JSON.stringify({ present: PAGE }) }, ports);
    expect(JSON.parse(answer.body).Items).toMatchObject([{ transactionId: 't' }]);
    expect(warned).toHaveLength(2);
  });

  it('The call itself is queried every ten minutes', async () => {
    const joinedAt = new Date(NOW - 10 * MINUTE - 1).toISOString();
    const longIn = (transactionId: string) => ({ ...row(transactionId, 2 * MINUTE), joinedAt });
    const { ports, asked, removed } = world([longIn('over'), longIn('goes on')]);
    expect([await items(ports), removed]).toEqual([['goes on'], ['over']]);
    expect(asked.filter((what) => what.startsWith('Verify'))).toEqual(['Verify over', 'Verify goes on']);
    ports.now = () => NOW + 3 * MINUTE;
    await items(ports);
    expect(asked.filter((what) => what.startsWith('Verify'))).toHaveLength(2);
  });

  it('A row that another request verifies is left alone', async () => {
    const { ports, asked } = world([row('claimed', MINUTE + 1)], 'gone');
    expect([await items(ports), asked]).toEqual([['claimed'], []]);
  });
});

describe('operators in meetings', () => {
  const ask = (body: unknown, { ports } = world([])) =>
    answerHttp(
      () => queryMeetings({ body: JSON.stringify(body), isBase64Encoded: false }, ports),
      () => undefined,
    );

  it('Operators are listed in order of arrival', async () => {
    const { body } = await ask({}, world([], 'there', [browser('b'), browser('a')]));
    expect(JSON.parse(body).Browsers).toEqual([browser('a'), browser('b')]);
  });

  it('Operators are listed for as long as their pages report in', async () => {
    const { ports, asked } = world([]);
    expect(
      (await queryMeetings({ ...NO_BODY, body: JSON.stringify({ present: PAGE }) }, ports)).statusCode,
    ).toBe(200);
    expect(asked).toEqual([`seen ${PAGE.attendeeId} ${NOW}`]);
  });

  it.each([
    [{ present: 7 }, 'present'],
    [{ present: null }, 'present'],
    [{ present: { ...PAGE, attendeeId: 'x#y' } }, 'attendeeId'],
    [{ present: {} }, 'meetingId'],
  ])('The body %j is refused, naming the field', async (body, field) => {
    const { statusCode, body: answer } = await ask(body);
    expect([statusCode, JSON.parse(answer).error.field]).toEqual([400, field]);
  });
});

describe('how often a row is verified', () => {
  it('A few rows are verified at a time, the longest unverified first', () => {
    const rows = [2, 4, 3].map((minutes) => row(`t${minutes}`, minutes * MINUTE));
    expect(rowsToVerify(rows, NOW).map(({ transactionId }) => transactionId)).toEqual(['t4', 't3']);
    expect(VERIFICATIONS_PER_REQUEST).toBe(2);
  });
});
