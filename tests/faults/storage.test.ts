import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRow } from '#contract';
import {
  awsConfig,
  causeTone,
  dialToPin,
  endedUpdate,
  hzOf,
  join,
  plantTones,
  pressForTone,
  promptsBucket,
  RunningStack,
  rowOf,
  s3Of,
  sendUpdate,
  Telephone,
  waitForTone,
} from '#testkit';

const CALLER = '+15557778001';
const OTHER = '+15557778002';
const NEXT = '+15557778003';
const CALLER_HZ = 460;
const OTHER_HZ = 520;

let stack: RunningStack;
let caller: Telephone;
let other: Telephone;
let row: CallRow;
let s3: S3Client;
let tables: DynamoDBClient;

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
  s3 = await s3Of(stack);
  tables = new DynamoDBClient(awsConfig(stack));
  [caller, other] = await Promise.all([join(stack, CALLER), join(stack, OTHER)]);
  caller.line.sayTone(CALLER_HZ);
  other.line.sayTone(OTHER_HZ);
  row = await rowOf(stack, CALLER);
});

afterAll(async () => {
  caller?.close();
  other?.close();
  s3?.destroy();
  tables?.destroy();
  await stack?.stop();
});

async function talkToEachOther(): Promise<void> {
  await waitForTone(caller, OTHER_HZ);
  await waitForTone(other, CALLER_HZ);
}

async function deleteTable(part: string): Promise<void> {
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes(part));
  await tables.send(new DeleteTableCommand({ TableName }));
}

describe('the bucket with the prompts', () => {
  it('New calls are refused while storage is gone, and accepted afterwards', async () => {
    const Bucket = await promptsBucket(s3);
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteBucketCommand({ Bucket }));

    const { transactionId } = row;
    const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' };
    const lost = await endedUpdate(stack, await sendUpdate(stack, 'Node', update));
    expect(lost).toMatchObject({ status: 'failed' });
    expect(lost.reason).toContain('InvalidAudioSource');
    await talkToEachOther();
    const { sip, phoneNumber } = stack.endpoints;
    const refused = await Telephone.dial({ server: sip, to: phoneNumber, from: NEXT });
    await refused.until('an end', () => refused.ended || refused.statuses.some((status) => status >= 300));
    refused.close();

    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await plantTones(stack);
    const short = hzOf('test-short.wav');
    const heard = await causeTone(caller, short, () => sendUpdate(stack, 'Node', update));
    expect(await endedUpdate(stack, heard)).toMatchObject({ status: 'done' });
  });
});

describe('a table', () => {
  it('Page and new callers are told when meetingInfo is gone', async () => {
    await deleteTable('meetingInfo');
    expect(await stack.post('/queryMeetings', {})).toMatchObject({
      status: 500,
      body: { error: { code: 'Internal', message: expect.any(String) } },
    });
    const { transactionId } = row;
    const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'announcement.wav' };
    await causeTone(caller, hzOf('announcement.wav'), () => sendUpdate(stack, 'Python', update));
    await talkToEachOther();
    const phone = await dialToPin(stack, NEXT);
    await pressForTone(phone, stack.endpoints.pin, hzOf('sorry.wav'));
    await phone.until('BYE', () => phone.ended);
    phone.close();
  });

  it('Updates are heard even when callUpdates is gone', async () => {
    await deleteTable('callUpdates');
    const { transactionId } = row;
    for (const via of ['Node', 'Python'] as const) {
      const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' };
      await causeTone(caller, hzOf('test-short.wav'), () => sendUpdate(stack, via, update));
      await talkToEachOther();
    }
  });

  it('A new caller is told when meetingAccess is gone; others go on', async () => {
    await deleteTable('meetingAccess');
    const created = await stack.post('/createMeeting', { name: 'New' });
    expect(created).toMatchObject({ status: 500, body: { error: { code: 'Internal' } } });
    const phone = await dialToPin(stack, NEXT);
    await pressForTone(phone, stack.endpoints.pin, hzOf('sorry.wav'));
    await phone.until('BYE', () => phone.ended);
    phone.close();
    await talkToEachOther();
    await caller.hangUp();
    await other.hangUp();
  });
});
