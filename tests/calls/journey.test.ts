import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CallSummary, readRecord } from 'pstn-audio/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  causeTone,
  dialToPin,
  eventually,
  hears,
  hearsSilence,
  hzOf,
  join,
  plantTones,
  pressForTone,
  RunningStack,
  rowOf,
  rowsGone,
  Telephone,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';

const CALLER = '+15557770001';
const OTHER = '+15557770002';
const GUESSER = '+15557770003';
const WRONG_PIN = '00000000';
const CALLER_HZ = 400;
const OTHER_HZ = 450;

let stack: RunningStack;
let data = '';

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'journey-'));
  stack = await RunningStack.start(['--data', data]);
  await plantTones(stack);
});

afterAll(async () => {
  await stack?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Checks that `npm run replay`, with today's code, which is that of the call, reproduces the recorded call. */
function expectSameReplay(transactionId: string, keys: string): void {
  const options = ['--data', data, '--keys', keys];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['tools/replay.mjs', transactionId, ...options],
    { encoding: 'utf8' },
  );
  expect([status, status === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, '']);
}

/** The row of a call that has ended, from the list of calls. */
const endedCall = (fits: (call: CallSummary) => boolean): Promise<CallSummary> =>
  eventually('the call has ended', async () => {
    const list = (await (await fetch(`${stack.endpoints.calls}list.json`)).json()) as {
      calls: CallSummary[];
    };
    return list.calls.find((call) => call.state === 'ended' && fits(call));
  });

/** The record of a call as the calls page serves it, which first writes all of it to its file. */
const readRecordOf = async (transactionId: string): Promise<string> =>
  (await fetch(`${stack.endpoints.calls}record/${transactionId}`)).text();

/** Checks that the calls page shows what happened, without the PIN. */
async function expectRecord(transactionId: string): Promise<void> {
  const { pin } = stack.endpoints;
  expect(await endedCall((call) => call.transactionId === transactionId)).toMatchObject({
    from: CALLER,
    updates: 5,
    faults: 0,
    end: { by: 'application' },
  });
  const text = await readRecordOf(transactionId);
  expect(text).not.toContain(pin);
  const { entries, complete } = readRecord(text);
  expect(complete).toBe(true);
  const sources = new Set(
    entries.flatMap((entry) => (entry.kind === 'Invocation' ? [path.basename(entry.source ?? '')] : [])),
  );
  expect([...sources]).toEqual(['handler.ts']);
  const kinds = new Set(entries.map(({ kind }) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'Begin',
      'TableAnswer',
      'Sip',
      'Input',
      'Output',
      'Invocation',
      'Action',
      'Sound',
      'Meeting',
      'LegEnd',
    ]),
  );
  const sent = entries.flatMap((entry) => (entry.kind === 'Sip' ? [entry.startLine.split(' ')[0]] : []));
  expect(sent).toEqual(expect.arrayContaining(['INVITE', 'ACK', 'BYE']));
}

describe('a call', () => {
  it('T-123 A caller is welcomed, let in, heard, changed, and leaves nothing behind', async () => {
    const { sip, phoneNumber } = stack.endpoints;
    const caller = await Telephone.call({ server: sip, to: phoneNumber, from: CALLER });
    expect(caller.statuses).toEqual(expect.arrayContaining([180, 200]));
    await waitForTone(caller, hzOf('welcome.wav'));
    await waitForTone(caller, hzOf('enter-pin.wav'));
    await pressForTone(caller, stack.endpoints.pin, hzOf('joined.wav'));
    const other = await join(stack, OTHER);
    const row = await rowOf(stack, CALLER);
    expect(row).toMatchObject({ fromNumber: CALLER, toNumber: phoneNumber, muted: false });

    caller.line.sayTone(CALLER_HZ);
    other.line.sayTone(OTHER_HZ);
    await waitForTone(other, CALLER_HZ);
    await waitForTone(caller, OTHER_HZ);
    expect(hears(caller, CALLER_HZ)).toBe(false);
    expect(hears(other, OTHER_HZ)).toBe(false);

    for (const route of ['/updateCallNode', '/updateCallPython']) {
      const update = { transactionId: row.transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' };
      const answer = await causeTone(caller, hzOf('test-short.wav'), () => stack.post(route, update));
      expect(answer).toMatchObject({
        status: 202,
        body: { status: 'accepted', transactionId: row.transactionId },
      });
      expect(hears(other, hzOf('test-short.wav'))).toBe(false);
      await waitForTone(other, CALLER_HZ);
      const { updateId } = answer.body as { updateId: string };
      const done = await stack.until('the update is done', ({ Updates }) =>
        Updates.find((record) => record.updateId === updateId && record.status === 'done'),
      );
      expect(done.acceptedAt && done.seenAt && done.endedAt).toBeTruthy();
      await waitForTone(caller, OTHER_HZ);
    }

    await stack.post('/updateCallNode', { transactionId: row.transactionId, updateInfo: 'MuteAttendee' });
    await waitForToneToEnd(other, CALLER_HZ);
    await other.until('silence', () => hearsSilence(other));
    await waitForTone(caller, OTHER_HZ);
    await stack.until('the row says muted', ({ Items }) =>
      Items.find(({ fromNumber, muted }) => fromNumber === CALLER && muted),
    );
    await stack.post('/updateCallPython', { transactionId: row.transactionId, updateInfo: 'UnmuteAttendee' });
    await waitForTone(other, CALLER_HZ);

    await stack.post('/updateCallNode', {
      transactionId: row.transactionId,
      updateInfo: 'DisconnectAttendee',
    });
    await caller.until('BYE', () => caller.ended);
    await rowsGone(stack, CALLER);
    await expectRecord(row.transactionId);
    await waitForToneToEnd(other, CALLER_HZ);
    await other.hangUp();
    await rowsGone(stack, OTHER);
    caller.close();
    expectSameReplay(row.transactionId, stack.endpoints.pin ?? '');
  });

  it('A caller mutes itself and everyone else by keys', async () => {
    const caller = await join(stack, CALLER);
    const other = await join(stack, OTHER);
    caller.line.sayTone(CALLER_HZ);
    other.line.sayTone(OTHER_HZ);
    await waitForTone(other, CALLER_HZ);

    await pressForTone(caller, '*7', hzOf('muted.wav'));
    await waitForToneToEnd(other, CALLER_HZ);
    await pressForTone(caller, '*8', hzOf('unmuted.wav'));
    await waitForTone(other, CALLER_HZ);

    await pressForTone(caller, '*5', hzOf('others-muted.wav'));
    await waitForToneToEnd(caller, OTHER_HZ);
    await stack.until('the other is muted by a participant', ({ Items }) =>
      Items.find((row) => row.fromNumber === OTHER && row.muted && row.mutedBy === 'participant'),
    );
    await pressForTone(caller, '*6', hzOf('others-unmuted.wav'));
    await waitForTone(caller, OTHER_HZ);
    await Promise.all([caller.hangUp(), other.hangUp()]);
    await rowsGone(stack, CALLER);
    await rowsGone(stack, OTHER);
  });

  it('A call ends after three wrong PINs and opens nothing', async () => {
    const phone = await dialToPin(stack, GUESSER);
    for (let guess = 0; guess < 3; guess++) {
      const prompt = guess < 2 ? 'wrong-pin.wav' : 'too-many-tries.wav';
      await pressForTone(phone, WRONG_PIN, hzOf(prompt));
    }
    await phone.until('BYE', () => phone.ended);
    expect((await stack.queryMeetings()).Items).toEqual([]);
    phone.close();
    // Its guesses are counted by number, so the copy of the tables contains the number.
    const { transactionId } = await endedCall(({ from }) => from === GUESSER);
    await readRecordOf(transactionId);
    expectSameReplay(transactionId, WRONG_PIN.repeat(3));
  });

  it('A number that no rule serves is refused with 404', async () => {
    const phone = await Telephone.dial({ server: stack.endpoints.sip, to: '+19995550123', from: CALLER });
    await phone.until('a refusal', () => phone.statuses.includes(404));
    phone.close();
  });
});
