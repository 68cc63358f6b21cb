import { describe, expect, test } from 'vitest';
import type { UpdateRecord } from '#contract';
import { announcements, tally } from './announce.ts';
import { failedByCall, isUnderWay, newestFailure, progressIn, underWayByCall, updateLines } from './lines.ts';
import { applyToSubmissions, restoreSubmissions, type Submission } from './submission.ts';
import { titleOf } from './words.ts';

const T = Date.parse('2026-01-01T12:00:00.000Z');
const iso = (ms: number) => new Date(T + ms).toISOString();

const clicked = (key: string, part: Partial<Submission> = {}): Submission => ({
  key,
  request: { transactionId: `t-${key}`, updateInfo: 'MuteAttendee', fromNumber: '+1' },
  via: 'node',
  clickedAt: T,
  outcome: { phase: 'waiting' },
  ...part,
});
const record = (part: Partial<UpdateRecord> = {}): UpdateRecord => ({
  ...{ updateId: 'u1', transactionId: 't-k', updateInfo: 'MuteAttendee', via: 'node', status: 'accepted' },
  ...{ acceptedAt: iso(10) },
  ...part,
});
const accept = (
  list: readonly Submission[],
  key: string,
  updateId: string,
  acceptedAt = iso(10),
  at = T + 20,
) =>
  applyToSubmissions(list, {
    kind: 'accepted',
    key,
    answer: { updateId, transactionId: `t-${key}`, status: 'accepted', acceptedAt },
    stages: [{ name: 'voice', ms: 6 }],
    at,
  });

describe('the lines of updates', () => {
  test('Each step of an update has its time since the click', () => {
    let list: readonly Submission[] = applyToSubmissions([], {
      kind: 'clicked',
      submissions: [clicked('k')],
    });
    expect(updateLines(list, [], T)[0]).toMatchObject({
      status: 'sending',
      steps: [{ name: 'clicked', at: T }],
    });
    list = accept(list, 'k', 'u1');
    expect(updateLines(list, [], T)[0]).toMatchObject({
      status: 'accepted',
      stages: [{ name: 'voice', ms: 6 }],
    });
    const seen = record({ status: 'seen', seenAt: iso(25) });
    expect(updateLines(list, [seen], T)[0]?.status).toBe('seen');
    const done = { ...seen, status: 'done', endedAt: iso(40) } as const;
    const line = updateLines(list, [done], T)[0];
    expect(line?.steps.map(({ name, after }) => [name, after])).toEqual([
      ['clicked', 0],
      ['accepted', 10],
      ['seen', 25],
      ['done', 40],
    ]);
    expect(line && isUnderWay(line)).toBe(false);
  });

  test("An update never appears before its click, whatever the server's clock says", () => {
    const list = accept([clicked('k')], 'k', 'u1', iso(-60_000));
    const done = record({
      status: 'done',
      acceptedAt: iso(-60_000),
      seenAt: iso(-59_990),
      endedAt: iso(-59_980),
    });
    const steps = updateLines(list, [done], T)[0]?.steps;
    expect(steps?.map((step) => step.after)).toEqual([0, 0, 10, 20]);
    const ahead = accept([clicked('k')], 'k', 'u1', iso(60_000));
    const steps2 = updateLines(
      ahead,
      [record({ acceptedAt: iso(60_000), seenAt: iso(60_007), status: 'seen' })],
      T,
    );
    expect(steps2[0]?.steps.map((step) => step.after)).toEqual([0, 20, 27]);
  });

  test('An update that the API refuses is marked refused with its reason', () => {
    const failure = { kind: 'call-ended', status: 404, message: 'gone' } as const;
    const list = applyToSubmissions([clicked('k')], { kind: 'refused', key: 'k', failure, at: T + 7 });
    const line = updateLines(list, [], T)[0];
    expect(line).toMatchObject({ status: 'refused', failure });
    expect(line?.steps.at(-1)).toEqual({ name: 'refused', at: T + 7, after: 7 });
  });

  test('Updates of other operators are sorted in, the newest first', () => {
    const list = accept([clicked('k')], 'k', 'u1');
    const other = record({
      updateId: 'u2',
      acceptedAt: iso(5000),
      status: 'failed',
      reason: 'why',
      endedAt: iso(5030),
    });
    const lines = updateLines(list, [other, record()], T);
    expect(lines.map((line) => [line.key, line.submission === undefined])).toEqual([
      ['u2', true],
      ['k', false],
    ]);
    expect(lines[0]).toMatchObject({ reason: 'why', steps: [{ after: 0 }, { name: 'failed', after: 30 }] });
  });

  test("Another operator's update has its times by the page's clock", () => {
    const seen = record({ status: 'seen', acceptedAt: iso(0), seenAt: iso(20) });
    const [line] = updateLines([], [seen], T, new Map(), 300_000);
    const at = Date.parse(iso(0)) + 300_000;
    expect(line).toMatchObject({ startedAt: at, steps: [{ at }, { at: at + 20, after: 20 }] });
  });

  test("A script's update without a number shows its caller's", () => {
    const [line] = updateLines([], [record()], T, new Map([['t-k', '+12065550101']]));
    expect(line && titleOf(line)).toBe('Mute +12065550101');
  });

  test('An end stays known when the server no longer lists it', () => {
    const accepted = accept([clicked('k')], 'k', 'u1');
    const done = record({ status: 'done', seenAt: iso(1), endedAt: iso(2) });
    const noted = applyToSubmissions(accepted, { kind: 'listed', records: [done] });
    expect(updateLines(noted, [], T + 60_000)[0]?.status).toBe('done');
    expect(applyToSubmissions(noted, { kind: 'listed', records: [done] })).toBe(noted);
    const never = updateLines(accepted, [], T + 60_000)[0];
    expect(never).toMatchObject({ status: 'accepted', unlisted: true });
    expect(updateLines(accepted, [], T + 3_700_000)).toEqual([]);
  });

  test('A row shows the newest unfinished update of its call', () => {
    const list = [clicked('k'), clicked('old', { clickedAt: T - 1000, request: clicked('k').request })];
    expect(underWayByCall(updateLines(list, [], T)).get('t-k')?.key).toBe('k');
  });

  test('An update whose answer was lost is found by its order id', () => {
    const request = { ...clicked('k').request, orderId: 'an-order-of-a-page' };
    const failure = { kind: 'network', status: 0, message: 'no connection' } as const;
    const lost = clicked('k', { request, outcome: { phase: 'refused', failure, at: T + 7 } });
    const records = [record({ orderId: 'an-order-of-a-page', status: 'done', endedAt: iso(30) })];
    const found = applyToSubmissions([lost], { kind: 'listed', records });
    const lines = updateLines(found, records, T);
    expect(lines.map(({ key, status }) => [key, status])).toEqual([['k', 'done']]);
    const other = [record({ orderId: 'another-order-of-it' })];
    expect(applyToSubmissions([lost], { kind: 'listed', records: other })).toEqual([lost]);
  });

  test('A failure is shown until its call has a later update', () => {
    const failure = { kind: 'timeout', status: 0, message: 'no answer' } as const;
    const refused = (key: string, at: number) =>
      clicked(key, { outcome: { phase: 'refused', failure, at: T + at } });
    const lines = (...list: Submission[]) => updateLines(list, [], T);
    const key = (list: Submission[], at: number) => newestFailure(lines(...list), T + at)?.key;
    const later = clicked('l', { clickedAt: T + 5 });
    expect(key([later, refused('k', 10)], 20)).toBe('k');
    expect(key([refused('l', 5), refused('k', 10)], 20)).toBe('k');
    expect(key([refused('k', 10)], 60_010)).toBeUndefined();
    const again = clicked('m', { clickedAt: T + 5, request: clicked('k').request });
    expect(key([again, refused('k', 10)], 20)).toBeUndefined();
    expect(failedByCall(lines(again, refused('k', 10)), T + 20).size).toBe(0);
  });

  test('A page left before the answer says that it does not know', () => {
    expect(restoreSubmissions([clicked('k')])[0]?.outcome).toMatchObject({
      phase: 'refused',
      failure: { kind: 'timeout' },
    });
  });
});

describe('announcements of updates', () => {
  test('Each change of an own update is announced once, others’ never', () => {
    const before = updateLines(accept([clicked('k')], 'k', 'u1'), [], T);
    const now = updateLines(
      accept([clicked('k')], 'k', 'u1'),
      [record({ status: 'done', seenAt: iso(20), endedAt: iso(34) }), record({ updateId: 'x' })],
      T,
    );
    expect(announcements(before, now)).toEqual(['Mute +1: done after 34 ms.']);
    expect(announcements(now, now)).toEqual([]);
  });

  test('A whole meeting’s update is announced in one sentence at the end', () => {
    const batch = { key: 'b', meetingName: 'Support' };
    const two = [clicked('k', { batch }), clicked('l', { batch })];
    const half = accept(accept(two, 'k', 'u1'), 'l', 'u2');
    const one = [record({ status: 'done', endedAt: iso(30) }), record({ updateId: 'u2' })];
    const both = [record({ status: 'done', endedAt: iso(30) }), record({ updateId: 'u2', status: 'failed' })];
    const before = updateLines(half, [], T);
    expect(announcements(before, updateLines(half, one, T))).toEqual([]);
    const end = updateLines(half, both, T);
    expect(announcements(updateLines(half, one, T), end)).toEqual([
      'Mute, everyone in Support: 1 done, 1 failed.',
    ]);
    expect(tally(end)).toBe('1 done, 1 failed');
  });
});

describe('updates of a whole meeting', () => {
  const batch = { key: 'b', meetingName: 'Support' };

  test('Updates of a whole meeting show their progress until all are answered', () => {
    let list: readonly Submission[] = ['k1', 'k2', 'k3'].map((key) => clicked(key, { batch }));
    const progress = () => progressIn(updateLines(list, [], T), 'Support');
    expect(progress()).toEqual({ updateInfo: 'MuteAttendee', sent: 0, all: 3 });
    list = accept(list, 'k1', 'u1');
    expect(progress()?.sent).toBe(1);
    for (const key of ['k2', 'k3']) {
      const failure = { kind: 'too-many' as const, status: 429, message: 'slow' };
      list = applyToSubmissions(list, { kind: 'refused', key, failure, at: T });
    }
    expect(progress()).toBeUndefined();
    expect(progressIn(updateLines(list, [], T), 'Another')).toBeUndefined();
  });

  test('An update for everyone is shown in each caller’s row', () => {
    const everyone = { meetingName: 'Support', transactionIds: ['t1', 't2'] };
    const lines = updateLines([clicked('k', { everyone })], [], T);
    expect([...underWayByCall(lines).keys()]).toEqual(['t1', 't2']);
    expect(lines.map(titleOf)).toEqual(['Mute everyone in Support']);
    const failure = { kind: 'server', status: 502, message: 'no' } as const;
    const refused = clicked('k', { everyone, outcome: { phase: 'refused', failure, at: T } });
    expect([...failedByCall(updateLines([refused], [], T), T).keys()]).toEqual(['t1', 't2']);
    const ofAnother = updateLines([], [record({ everyone: 'true' })], T);
    expect(ofAnother.map(titleOf)).toEqual(['Mute everyone']);
  });
});
