import { beforeEach, describe, expect, it } from 'vitest';
import { openJournal, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import type { AwsService } from '../ports.ts';
import { askForm, askJson } from '../testing/ask.ts';
import { ACCOUNT, REGION } from '../testing/endpoint.ts';
import { createSqs, Queues } from './index.ts';

const URL = `http://127.0.0.1:4566/${ACCOUNT}/calls`;
let clock: ScriptedClock;
let queues: Queues;
let sqs: AwsService;

beforeEach(() => {
  clock = new ScriptedClock();
  queues = new Queues({
    journal: openJournal(undefined),
    clock,
    ids: systemIds,
    accountId: ACCOUNT,
    region: REGION,
  });
  sqs = createSqs({ queues, accountId: ACCOUNT, endpoint: 'http://127.0.0.1:4566' });
});

const ask = async (operation: string, input: object) => (await askJson(sqs, operation, input)).json;
const bodiesOf = (answer: Record<string, unknown>): unknown[] =>
  ((answer.Messages ?? []) as { Body: string }[]).map(({ Body }) => Body);

describe('queues', () => {
  beforeEach(() => ask('CreateQueue', { QueueName: 'calls' }));

  it('A received message reappears after its visibility timeout unless deleted', async () => {
    const sent = await ask('SendMessage', { QueueUrl: URL, MessageBody: 'one' });
    expect(sent.MD5OfMessageBody).toBe('f97c5d29941bfb1b2fdab0874906ab82');
    const first = await ask('ReceiveMessage', { QueueUrl: URL, AttributeNames: ['All'] });
    expect(first.Messages).toMatchObject([
      { Body: 'one', MessageId: sent.MessageId, Attributes: { ApproximateReceiveCount: '1' } },
    ]);
    expect(bodiesOf(await ask('ReceiveMessage', { QueueUrl: URL }))).toEqual([]);
    clock.advance(30_000);
    const again = (await ask('ReceiveMessage', { QueueUrl: URL })).Messages as { ReceiptHandle: string }[];
    expect(again).toHaveLength(1);
    await ask('DeleteMessage', { QueueUrl: URL, ReceiptHandle: again[0]?.ReceiptHandle });
    clock.advance(30_000);
    expect(bodiesOf(await ask('ReceiveMessage', { QueueUrl: URL }))).toEqual([]);
  });

  it('A message is delivered to a waiting receiver', async () => {
    const waiting = ask('ReceiveMessage', { QueueUrl: URL, WaitTimeSeconds: 20 });
    await ask('SendMessage', { QueueUrl: URL, MessageBody: 'late', DelaySeconds: 5 });
    clock.advance(5_000);
    expect(bodiesOf(await waiting)).toEqual(['late']);
  });

  it('A receiver gets an empty answer when its wait is over', async () => {
    const waiting = ask('ReceiveMessage', { QueueUrl: URL, WaitTimeSeconds: 20 });
    await Promise.resolve();
    clock.advance(20_000);
    expect(bodiesOf(await waiting)).toEqual([]);
  });

  it('A message received too often moves to the dead-letter queue', async () => {
    await ask('CreateQueue', { QueueName: 'dead' });
    const deadLetterTargetArn = queues.arnOf('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await ask('SetQueueAttributes', { QueueUrl: URL, Attributes: { RedrivePolicy } });
    await ask('SendMessage', { QueueUrl: URL, MessageBody: 'poison' });
    for (let n = 0; n < 3; n++) {
      await ask('ReceiveMessage', { QueueUrl: URL });
      clock.advance(30_000);
    }
    const dead = await ask('ReceiveMessage', { QueueUrl: URL.replace('calls', 'dead') });
    expect(bodiesOf(dead)).toEqual(['poison']);
  });

  it('Each entry of a batch gets its own result', async () => {
    const answer = await ask('SendMessageBatch', {
      QueueUrl: URL,
      Entries: [
        { Id: 'a', MessageBody: 'one' },
        { Id: 'b', MessageBody: '' },
      ],
    });
    expect(answer).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'MissingParameter' }],
    });
  });
});

it("A FIFO queue keeps a group's order and drops duplicates", async () => {
  await ask('CreateQueue', {
    QueueName: 'calls.fifo',
    Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
  });
  const QueueUrl = `${URL}.fifo`;
  for (const MessageBody of ['one', 'two', 'one']) {
    await ask('SendMessage', { QueueUrl, MessageBody, MessageGroupId: 'g' });
  }
  const first = (await ask('ReceiveMessage', { QueueUrl })) as { Messages: { ReceiptHandle: string }[] };
  expect(bodiesOf(first)).toEqual(['one']);
  expect(bodiesOf(await ask('ReceiveMessage', { QueueUrl }))).toEqual([]);
  await ask('DeleteMessage', { QueueUrl, ReceiptHandle: first.Messages[0]?.ReceiptHandle });
  expect(bodiesOf(await ask('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 }))).toEqual(['two']);
});

it.each([
  ['a queue that is not there', 'GetQueueUrl', { QueueName: 'none' }, 'QueueDoesNotExist'],
  ['a name with a blank', 'CreateQueue', { QueueName: 'a b' }, 'InvalidParameterValue'],
  [
    'an attribute of another service',
    'CreateQueue',
    { QueueName: 'a', Attributes: { Colour: 'red' } },
    'InvalidParameterValue',
  ],
  [
    'a wait of an hour',
    'CreateQueue',
    { QueueName: 'a', Attributes: { ReceiveMessageWaitTimeSeconds: '3600' } },
    'InvalidParameterValue',
  ],
  ['an operation that is not served', 'StartMessageMoveTask', {}, 'UnknownOperationException'],
])('Refused: %s', async (_what, operation, input, type) => {
  const answer = await askJson(sqs, operation, input);
  expect([answer.status, answer.json.__type]).toEqual([400, type]);
});

describe('the query protocol of SDKs from before 2024', () => {
  it('A client creates a queue, sends with attributes, and receives', async () => {
    const made = await askForm(sqs, 'CreateQueue', {
      QueueName: 'calls',
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '7',
    });
    expect(made.text).toContain(`<QueueUrl>${URL}</QueueUrl>`);
    await askForm(sqs, 'SendMessage', {
      QueueUrl: URL,
      MessageBody: 'a < b',
      'MessageAttribute.1.Name': 'kind',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'call',
    });
    const { text } = await askForm(sqs, 'ReceiveMessage', { QueueUrl: URL, 'MessageAttributeName.1': 'All' });
    expect(text).toMatch(/<Message><MessageId>.*<Body>a &lt; b<\/Body>/);
    expect(text).toContain(
      '<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>call</StringValue></Value></MessageAttribute>',
    );
    const attributes = await askForm(sqs, 'GetQueueAttributes', { QueueUrl: URL, 'AttributeName.1': 'All' });
    expect(attributes.text).toContain(
      '<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>',
    );
  });

  it('Errors have the names that these SDKs know', async () => {
    const { status, text } = await askForm(sqs, 'GetQueueUrl', { QueueName: 'none' });
    expect([status, /<Code>(.*)<\/Code>/.exec(text)?.[1]]).toEqual([
      400,
      'AWS.SimpleQueueService.NonExistentQueue',
    ]);
  });
});
