import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Rehearsal, type ScriptedApplication, startRehearsal } from 'chime-local/testing';
import type { Action, FunctionResponse, InvocationEvent } from 'pstn-audio';
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

/** Creates a meeting with that PIN. */
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

const FRIEND = '+14155550177';
const STRANGER = '+14155550188';

/** Calls a person, plays a prompt, bridges the call to a friend, and says so when the friend does not answer. */
function handler({ InvocationEventType, ActionData, CallDetails }: InvocationEvent): FunctionResponse {
  const answer = (...Actions: Action[]): FunctionResponse => ({ SchemaVersion: '1.0', Actions });
  const play = (Key: string): Action => ({
    Type: 'PlayAudio',
    Parameters: { AudioSource: { Type: 'S3', BucketName: 'outgoing-wav', Key } },
  });
  const CallerIdNumber = CallDetails.Participants[0]?.From ?? '';
  const Endpoints = [{ BridgeEndpointType: 'PSTN' as const, Uri: FRIEND }];
  const bridge: Action = {
    Type: 'CallAndBridge',
    Parameters: { CallTimeoutSeconds: 30, CallerIdNumber, Endpoints },
  };
  if (InvocationEventType === 'CALL_ANSWERED') return answer(play('joined.wav'), bridge);
  if (InvocationEventType === 'ACTION_FAILED' && ActionData?.Type === 'CallAndBridge')
    return answer(play('wrong-pin.wav'), { Type: 'Hangup', Parameters: { SipResponseCode: '0' } });
  return answer();
}

it.each([
  'virtual',
  'sip',
] as const)('An application calls, is answered and refused, %s telephones', async (over) => {
  const app: ScriptedApplication =
    over === 'sip'
      ? await rehearsal.application({ over, handler })
      : await rehearsal.application({ handler });
  const call = await app.call({ from: '+12015550100', to: STRANGER, arguments: { why: 'news' } });
  await call.ringing();
  await call.answered();
  await call.hears('joined.wav');
  await call.refused(486);
  await call.hears('wrong-pin.wav');
  expect(await call.ends()).toMatchObject({ by: 'application' });
  const events = call.events.map(({ InvocationEventType }) => InvocationEventType);
  expect(events).toEqual(
    expect.arrayContaining(['NEW_OUTBOUND_CALL', 'RINGING', 'CALL_ANSWERED', 'ACTION_FAILED', 'HANGUP']),
  );
  await app.finish();

  const refused = await app.call({ from: '+12015550100', to: STRANGER });
  await refused.refused(603);
  expect(await refused.ends()).toMatchObject({ by: 'caller' });
  expect(refused.events.at(-1)?.InvocationEventType).toBe('HANGUP');
});

it('Python makes the same call with both telephones', async () => {
  const chimeLocal = path.resolve(import.meta.dirname, '../../packages/chime-local');
  const run =
    "import test_over_sip as tests; [test() for name, test in vars(tests).items() if name[:5] == 'test_']";
  const { stdout } = await promisify(execFile)('python3', ['-c', `${run}; print('passed')`], {
    cwd: path.join(chimeLocal, 'python/sample'),
    env: {
      ...process.env,
      PYTHONPATH: path.join(chimeLocal, 'python'),
      PYTHONDONTWRITEBYTECODE: '1',
      CHIME_LOCAL_COMMAND: `"${process.execPath}" "${path.join(chimeLocal, 'bin/chime-local.mjs')}"`,
    },
  });
  expect(stdout).toContain('passed');
});
