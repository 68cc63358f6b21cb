import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Rehearsal, type ScriptedApplication, startRehearsal } from 'chime-local/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MeetingAccessTable } from '../../apps/live-call/handlers/tables/index.ts';

const APP = path.resolve(import.meta.dirname, '../../apps/live-call');
const PIN = '48151623';
const table = { partitionKey: { name: 'pk' }, sortKey: { name: 'sk' } };
const environment = {
  MEETING_INFO_TABLE: 'meetingInfo',
  CALL_UPDATES_TABLE: 'callUpdates',
  MEETING_ACCESS_TABLE: 'meetingAccess',
  PROMPTS_BUCKET: 'outgoing-wav',
};

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await startRehearsal({
    config: {
      functions: { smaHandler: { source: path.join(APP, 'handlers/sma-handler/handler.ts'), environment } },
      buckets: { 'outgoing-wav': { folder: path.join(APP, 'prompts'), endings: ['.wav'] } },
      tables: { meetingInfo: table, callUpdates: table, meetingAccess: table },
      sipMediaApplications: { liveCall: { function: 'smaHandler' } },
      numbers: { '+12015550100': 'liveCall' },
    },
  });
});
afterAll(() => rehearsal?.close());

/** A meeting with that PIN. */
async function openTheMeeting(): Promise<void> {
  const { endpoint, region, credentials } = rehearsal.aws;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  const entry = {
    ...{ name: 'Board', pin: PIN, externalMeetingId: 'board' },
    createdAt: new Date().toISOString(),
  };
  await new MeetingAccessTable(client, environment.MEETING_ACCESS_TABLE).add(entry);
  client.destroy();
}

/** The demo's own call: welcome, a wrong PIN, the right one, the meeting, a hang-up that leaves nothing. */
async function script(app: ScriptedApplication): Promise<void> {
  const call = await app.dial({ from: '+14155550123' });
  await call.hears('welcome-enter-pin.wav');
  await call.press('1111');
  await call.hears('wrong-pin.wav');
  await call.hears('enter-pin.wav');
  await call.press(PIN);
  await call.joins();
  await call.hears('joined.wav');
  await call.quiet();
  expect(call.events.at(-1)?.InvocationEventType).toBe('ACTION_SUCCESSFUL');
  expect(rehearsal.attendees()).toHaveLength(1);
  await call.hangUp();
  expect(await call.ends()).toMatchObject({ by: 'caller' });
  await app.finish();
  expect(await rehearsal.items('meetingInfo')).toEqual([]);
  expect(rehearsal.attendees()).toEqual([]);
}

it.each(['virtual', 'sip'] as const)("The demo's script holds, %s telephones", async (over) => {
  await rehearsal.reset();
  await openTheMeeting();
  await script(over === 'sip' ? await rehearsal.application({ over }) : await rehearsal.application());
});
