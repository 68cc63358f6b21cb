import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  type ApplicationUnderTest,
  atEveryStep,
  type Fault,
  type Handler,
  type Interference,
  type Rehearsal,
  startRehearsal,
  type VirtualCall,
} from 'chime-local/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MeetingAccessTable } from '../tables/index.ts';

const APP = path.resolve(import.meta.dirname, '../..');
const PIN = '48151623';
const table = { partitionKey: { name: 'pk' }, sortKey: { name: 'sk' } };
const TABLES = { MEETING_INFO_TABLE: 'meetingInfo', CALL_UPDATES_TABLE: 'callUpdates' };
const environment = { ...TABLES, MEETING_ACCESS_TABLE: 'meetingAccess', PROMPTS_BUCKET: 'outgoing-wav' };

let rehearsal: Rehearsal;
let handler: Handler;
let before: NodeJS.ProcessEnv;
let client: DynamoDBClient;

beforeAll(async () => {
  rehearsal = await startRehearsal({
    config: {
      functions: { smaHandler: { source: path.join(APP, 'handlers/sma-handler/handler.ts'), environment } },
      buckets: { 'outgoing-wav': { folder: path.join(APP, 'prompts'), endings: ['.wav'] } },
      tables: { meetingInfo: table, callUpdates: table, meetingAccess: table },
      sipMediaApplications: { liveCall: { function: 'smaHandler' } },
    },
  });
  const { endpoint, region, credentials } = rehearsal.aws;
  client = new DynamoDBClient({ endpoint, region, credentials });
  before = { ...process.env };
  Object.assign(process.env, rehearsal.environmentOf('smaHandler'));
  handler = (await import('./handler.ts')).handler;
});
afterAll(async () => {
  process.env = before;
  client?.destroy();
  await rehearsal?.close();
});
beforeEach(openTheMeeting);

/** Creates a meeting with that PIN, without any trace of earlier calls. */
async function openTheMeeting(): Promise<void> {
  await rehearsal.reset();
  const createdAt = new Date().toISOString();
  const entry = { name: 'Board', pin: PIN, createdAt, externalMeetingId: 'board' };
  const meetings = new MeetingAccessTable(
    DynamoDBDocumentClient.from(client),
    environment.MEETING_ACCESS_TABLE,
  );
  expect(await meetings.add(entry)).toBe('added');
}

const application = (interference?: Interference): Promise<ApplicationUnderTest> =>
  rehearsal.application({ handler, ...(interference ? { interference } : {}) });

async function dialIn(from?: string, app?: ApplicationUnderTest): Promise<VirtualCall> {
  const call = await (app ?? (await application())).dial(from === undefined ? {} : { from });
  await call.hears('welcome-enter-pin.wav');
  await call.press(PIN);
  await call.joins();
  return call;
}

/** The rows of callers and the existing attendees: none of them may outlive a call. */
async function left(): Promise<unknown> {
  return { rows: await rehearsal.items('meetingInfo'), attendees: rehearsal.attendees() };
}
/** Milliseconds without a key after which the pressed keys are evaluated: more than KEY_GAP_MS. */
const KEYS_ARE_OVER_MS = 1_200;
const NOTHING = { rows: [], attendees: [] };

describe('a whole call of the demonstration', () => {
  it('A caller with the right PIN joins and leaves nothing behind', async () => {
    const call = await dialIn('+12065550101');
    await call.hears('joined.wav');
    await call.quiet();
    expect(await rehearsal.items('meetingInfo')).toContainEqual(
      expect.objectContaining({ status: 'joined', attendeeId: call.attendee?.attendeeId }),
    );
    await call.hangUp();
    expect([await left(), call.problems]).toEqual([NOTHING, []]);
  });

  it('A PIN keyed before anything is heard lets the caller in', async () => {
    const call = await (await application()).dial();
    await call.press(PIN);
    await call.joins();
    await call.hangUp();
  });

  it('Three wrong PINs end the call and open nothing', async () => {
    const call = await (await application()).dial();
    await call.hears('welcome-enter-pin.wav');
    await call.press('11111111');
    await call.hears('wrong-pin.wav');
    await call.press('22222222');
    await call.hears('wrong-pin.wav');
    await call.press('33333333');
    await call.hears('too-many-tries.wav');
    expect(await call.ends()).toMatchObject({ by: 'application' });
    expect([call.attendee, await left()]).toEqual([undefined, NOTHING]);
  });

  it('A caller who presses nothing is asked again and then disconnected', async () => {
    const call = await (await application()).dial();
    await call.hears('too-many-tries.wav');
    expect(await call.ends()).toMatchObject({ by: 'application' });
    expect(await left()).toEqual(NOTHING);
  });

  it("A caller's keys mute the caller and everyone else in the meeting", async () => {
    const app = await application();
    const ann = await dialIn('+12065550101', app);
    const bob = await dialIn('+12065550102', app);
    await ann.quiet();
    await ann.press('*7');
    await ann.hears('muted.wav');
    await ann.press('*5');
    await ann.hears('others-muted.wav');
    expect([ann.attendee?.muted, bob.attendee?.muted]).toEqual([true, true]);
    await bob.press('*8');
    await bob.hears('unmuted.wav');
    expect([ann.attendee?.muted, bob.attendee?.muted]).toEqual([true, false]);
    await app.finish();
    expect(await left()).toEqual(NOTHING);
  });

  it('Keys that wait for a prompt survive what takes its place', async () => {
    const app = await application();
    const ann = await dialIn('+12065550101', app);
    const bob = await dialIn('+12065550102', app);
    await ann.quiet();
    const muted = () => [ann.attendee?.muted, bob.attendee?.muted];
    const long = 'It goes on. '.repeat(40);
    await ann.update({ action: 'Speak', text: long });
    for (const keys of ['*6', '*5', '*7', '*6']) {
      await ann.press(keys);
      await ann.pass(KEYS_ARE_OVER_MS);
    }
    expect(muted()).toEqual([false, false]);
    await ann.update({ action: 'Speak', text: 'Dinner is served.' });
    expect([ann.playing(), ...muted()]).toEqual([{ text: 'Dinner is served.' }, true, false]);
    await ann.press('*5');
    await ann.pass(KEYS_ARE_OVER_MS);
    await ann.update({ action: 'UnmuteAttendee' });
    expect(muted()).toEqual([false, true]);
    expect(await rehearsal.items('meetingInfo')).toContainEqual(
      expect.objectContaining({ attendeeId: bob.attendee?.attendeeId, muted: true, mutedBy: 'participant' }),
    );
    await app.finish();
    expect(await left()).toEqual(NOTHING);
  });

  it('An update is heard at once and replaces what was playing', async () => {
    const call = await dialIn();
    await call.hears('joined.wav');
    await call.update({ action: 'Speak', text: 'Dinner is served.' });
    expect(call.playing()).toEqual({ text: 'Dinner is served.' });
    await call.update({ action: 'PlayAudio', prompt: 'announcement.wav' });
    expect(call.playing()).toEqual({ file: 'announcement.wav' });
    await call.update({ action: 'MuteAttendee' });
    expect(call.attendee?.muted).toBe(true);
    await call.update({ action: 'DisconnectAttendee' });
    expect(call.ended).toMatchObject({ by: 'application' });
    expect(await left()).toEqual(NOTHING);
  });

  it('A caller whose meeting ends is told before the call ends', async () => {
    const call = await dialIn();
    await call.hears('joined.wav');
    await rehearsal.endMeetings();
    await call.hears('meeting-ended.wav');
    expect(await call.ends()).toMatchObject({ by: 'application' });
    expect(await left()).toEqual(NOTHING);
  });

  it('No row and no attendee is left, whichever step fails', async () => {
    const faults: Fault[] = [
      'hang-up',
      'slow-function',
      'function-timeout',
      'failing-function',
      'lost-answer',
    ];
    const runs = await atEveryStep({
      faults: [...faults, 'broken-function'],
      application,
      async script(app) {
        const call = await dialIn(undefined, app);
        await call.hears('joined.wav');
        await call.update({ action: 'MuteAttendee' });
        await call.hears('muted.wav');
      },
      holds: async () => expect(await left()).toEqual(NOTHING),
    });
    expect(runs).toBeGreaterThan(50);
  });
});
