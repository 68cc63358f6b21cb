import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { readRecord } from 'pstn-audio/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRehearsal } from './rehearsal.ts';
import type { Rehearsal } from './types.ts';

/** A handler with a table of callers and a meeting, in plain JavaScript. */
const HANDLER = `
const { DynamoDBClient, PutItemCommand, DeleteItemCommand } = require('@aws-sdk/client-dynamodb');
const { ChimeSDKMeetingsClient, CreateMeetingCommand, CreateAttendeeCommand, DeleteAttendeeCommand } = require('@aws-sdk/client-chime-sdk-meetings');
const { ChimeSDKVoiceClient, UpdateSipMediaApplicationCallCommand } = require('@aws-sdk/client-chime-sdk-voice');
const [tables, meetings, voice] = [new DynamoDBClient({}), new ChimeSDKMeetingsClient({}), new ChimeSDKVoiceClient({})];
exports.handler = async ({ InvocationEventType, CallDetails, ActionData }) => {
  const { TransactionId, TransactionAttributes: kept = {}, SipMediaApplicationId } = CallDetails;
  const answer = (Actions, TransactionAttributes) => ({ SchemaVersion: '1.0', Actions, TransactionAttributes });
  const play = (Key) => ({ Type: 'PlayAudio', Parameters: { AudioSource: { Type: 'S3', BucketName: process.env.BUCKET_NAME, Key } } });
  if (InvocationEventType === 'NEW_INBOUND_CALL') {
    await tables.send(new PutItemCommand({ TableName: 'Callers', Item: { id: { S: TransactionId } } }));
    const { Meeting } = await meetings.send(new CreateMeetingCommand({ ClientRequestToken: 'one', ExternalMeetingId: 'one', MediaRegion: 'us-east-1' }));
    const { Attendee } = await meetings.send(new CreateAttendeeCommand({ MeetingId: Meeting.MeetingId, ExternalUserId: TransactionId }));
    return answer([play('welcome.wav'), { Type: 'JoinChimeMeeting', Parameters: { JoinToken: Attendee.JoinToken, MeetingId: Meeting.MeetingId } }],
      { meetingId: Meeting.MeetingId, attendeeId: Attendee.AttendeeId });
  }
  if (ActionData?.Type === 'JoinChimeMeeting') {
    await voice.send(new UpdateSipMediaApplicationCallCommand({ SipMediaApplicationId, TransactionId, Arguments: { play: 'missing.wav' } }));
  }
  if (InvocationEventType === 'CALL_UPDATE_REQUESTED') return answer([play(ActionData.Parameters.Arguments.play)], kept);
  if (InvocationEventType === 'HANGUP' && ActionData.Parameters.ParticipantTag === 'LEG-A') {
    await tables.send(new DeleteItemCommand({ TableName: 'Callers', Key: { id: { S: TransactionId } } }));
    await meetings.send(new DeleteAttendeeCommand({ MeetingId: kept.meetingId, AttendeeId: kept.attendeeId }));
  }
  return answer([], kept);
};
`;

/** A handler that plays what was recorded, then a file that it writes itself. */
const RECORDER = `
const { S3 } = require('@aws-sdk/client-s3');
const s3 = new S3({});
const play = (Key) => ({ Type: 'PlayAudio', Parameters: { AudioSource: { Type: 'S3', BucketName: 'sounds', Key } } });
exports.handler = async ({ InvocationEventType, ActionData }) => {
  const answer = (...Actions) => ({ SchemaVersion: '1.0', Actions });
  if (InvocationEventType === 'NEW_INBOUND_CALL')
    return answer({ Type: 'RecordAudio', Parameters: { RecordingTerminators: ['#'], RecordingDestination: { Type: 'S3', BucketName: 'sounds', Prefix: 'kept/' } } });
  if (ActionData?.Type !== 'RecordAudio') return answer();
  const { Key } = ActionData.RecordingDestination;
  const { Body } = await s3.getObject({ Bucket: 'sounds', Key });
  await s3.putObject({ Bucket: 'sounds', Key: 'own.wav', Body: await Body.transformToByteArray() });
  return answer(play(Key), play('own.wav'), { Type: 'Hangup' });
};
`;

/** A handler that plays once for each call, and nothing if the same event arrives again. */
const ONCE = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const tables = new DynamoDBClient({});
exports.handler = async ({ InvocationEventType, CallDetails: { TransactionId } }) => {
  const play = { Type: 'PlayAudio', Parameters: { AudioSource: { Type: 'S3', BucketName: 'sounds', Key: 'welcome.wav' } } };
  if (InvocationEventType !== 'NEW_INBOUND_CALL') return { SchemaVersion: '1.0', Actions: [] };
  const Item = { id: { S: 'first' }, done: { L: [{ S: 'call#' + TransactionId }] } };
  const isFirst = await tables
    .send(new PutItemCommand({ TableName: 'Callers', Item, ConditionExpression: 'attribute_not_exists(id)' }))
    .then(() => true, () => false);
  return { SchemaVersion: '1.0', Actions: isFirst ? [play] : [] };
};
`;

/** A WAV file with this many milliseconds of silence: 8 kHz, mono, 16 bit. */
function silence(milliseconds: number): Buffer {
  const bytes = milliseconds * 16;
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
}

let folder = '';
let rehearsal: Rehearsal;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rehearsal-'));
  writeFileSync(path.join(folder, 'handler.cjs'), HANDLER);
  writeFileSync(path.join(folder, 'recorder.cjs'), RECORDER);
  writeFileSync(path.join(folder, 'once.cjs'), ONCE);
  writeFileSync(path.join(folder, 'welcome.wav'), silence(1500));
  rehearsal = await startRehearsal({
    config: {
      functions: {
        main: { source: path.join(folder, 'handler.cjs'), environment: { BUCKET_NAME: 'sounds' } },
        recorder: { source: path.join(folder, 'recorder.cjs') },
        once: { source: path.join(folder, 'once.cjs') },
      },
      buckets: { sounds: { folder, endings: ['.wav'] } },
      tables: { Callers: { partitionKey: { name: 'id' }, items: [{ id: 'kept' }] } },
      sipMediaApplications: {
        main: { function: 'main' },
        recorder: { function: 'recorder' },
        once: { function: 'once' },
      },
    },
  });
});
afterAll(async () => {
  await rehearsal.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an application without telephones', () => {
  it('A rehearsed call uses the real function, its table, meeting and sounds', async () => {
    const app = await rehearsal.application({ functionName: 'main' });
    const call = await app.dial();
    expect(await rehearsal.items('Callers')).toHaveLength(2);
    await call.hears('welcome.wav');
    const { attendeeId } = await call.joins();
    expect(call.now).toBe(1500);
    expect(rehearsal.attendees()).toMatchObject([{ attendeeId, externalUserId: call.transactionId }]);
    await call.quiet();
    expect(call.events.map(({ InvocationEventType }) => InvocationEventType)).toEqual([
      'NEW_INBOUND_CALL',
      'ACTION_SUCCESSFUL',
      'CALL_UPDATE_REQUESTED',
      'ACTION_FAILED',
    ]);
    await call.hangUp();
    expect([await rehearsal.items('Callers'), rehearsal.attendees()]).toEqual([[{ id: 'kept' }], []]);
    expect(call.attendee?.joined).toBe(false);
  });

  it('A rehearsed call dials the number that leads to its function', async () => {
    const voice = new ChimeSDKVoice(rehearsal.aws);
    const { SipMediaApplications = [] } = await voice.listSipMediaApplications({});
    const { SipMediaApplicationId } = SipMediaApplications.find(({ Name }) => Name === 'main') ?? {};
    const { SipRules = [] } = await voice.listSipRules({ SipMediaApplicationId });
    const number = SipRules[0]?.TriggerValue;
    expect(number).toMatch(/^\+1\d{3}55501\d\d$/);
    const app = await rehearsal.application({ functionName: 'main' });
    expect((await app.dial()).events[0]?.CallDetails.AwsAccountId).toBe('000000000000');
    const called = async (to?: string) =>
      (await app.dial(to ? { to } : {})).events[0]?.CallDetails.Participants[0]?.To;
    expect([await called(), await called('+12065550142')]).toEqual([number, '+12065550142']);
    await rehearsal.reset();
  });

  it('A rehearsed handler finds recordings and can play what it writes', async () => {
    const app = await rehearsal.application({ functionName: 'recorder' });
    const call = await app.dial();
    await call.pass(2500);
    await call.press('#');
    await call.quiet();
    expect(call.heard().map((heard) => 'file' in heard && heard.file)).toEqual([
      expect.stringMatching(/^kept\/.*\.wav$/),
      'own.wav',
    ]);
    expect(call.ended).toMatchObject({ by: 'application' });
  });

  it('A reset rehearsal has its initial items and no meetings', async () => {
    const app = await rehearsal.application({ functionName: 'main' });
    await app.dial();
    await rehearsal.reset();
    expect([await rehearsal.items('Callers'), rehearsal.attendees()]).toEqual([[{ id: 'kept' }], []]);
  });

  it('Calls made after a reset leave a meeting that ends', async () => {
    const app = await rehearsal.application({ functionName: 'main' });
    await rehearsal.reset();
    const call = await app.dial();
    await call.joins();
    await rehearsal.endMeetings();
    expect(call.attendee?.joined).toBe(false);
    expect(call.events.at(-1)?.InvocationEventType).toBe('HANGUP');
    await rehearsal.reset();
  });

  it('Items with sets and long integers are plain JSON', async () => {
    const client = new DynamoDBClient(rehearsal.aws);
    const Item = {
      id: { S: 'a' },
      tags: { SS: ['x', 'y'] },
      more: { M: { n: { N: '12345678901234567890' } } },
    };
    await client.send(new PutItemCommand({ TableName: 'Callers', Item }));
    client.destroy();
    const items = await rehearsal.items('Callers');
    const item = { id: 'a', tags: ['x', 'y'], more: { n: '12345678901234567890' } };
    expect(items.find(({ id }) => id === 'a')).toEqual(item);
    expect(JSON.parse(JSON.stringify(items))).toEqual(items);
    await rehearsal.reset();
  });

  it('A replayed call does not find what it left in tables', async () => {
    const app = await rehearsal.application({ functionName: 'once' });
    const call = await app.dial();
    await call.hears('welcome.wav');
    await call.hangUp();
    expect(await rehearsal.items('Callers')).toHaveLength(2);
    const replay = await rehearsal.replay(readRecord(call.record), { functionName: 'once' });
    expect(replay.same).toBe(true);
    await rehearsal.reset();
  });

  it('A function that throws fails the call with its own stack', async () => {
    const app = await rehearsal.application({ functionName: 'main' });
    const call = await app.dial();
    await rehearsal.reset();
    await call.hangUp();
    expect(call.transcript).toMatch(/throws: NotFoundException: .*handler\.cjs/);
  });

  it('An unknown function or table is refused with the known ones', async () => {
    expect(() => rehearsal.handler('other')).toThrow(
      '0 functions fit "other": name one of main, recorder, once.',
    );
    await expect(rehearsal.items('Other')).rejects.toThrow('0 tables fit "Other": name one of Callers.');
    await expect(rehearsal.application('main' as never)).rejects.toThrow(
      `application() takes an object, as { functionName: "main" }, not "main"; the application's functions: main, recorder, once.`,
    );
  });
});
