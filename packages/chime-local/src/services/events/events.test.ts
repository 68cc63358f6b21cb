import { beforeEach, describe, expect, it } from 'vitest';
import { openJournal, silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import type { Deliveries } from '../delivery/index.ts';
import { createSns, Topics } from '../sns/index.ts';
import { askForm, askJson } from '../testing/ask.ts';
import { ACCOUNT, REGION } from '../testing/endpoint.ts';
import { createEvents, EventBuses } from './index.ts';
import { fitsPattern } from './pattern.ts';
import { nextTime } from './schedule.ts';

const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:q`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:t`;
/** Milliseconds of the processor's time: ours, of a pattern's 20 and much else. */
const SOON_MS = 500;

/** Rules whose patterns compare much. */
const SLOW_RULES = 10;

const longEvent = (values: number) => ({
  ...{ source: 'app', 'detail-type': 't' },
  detail: { a: Array.from({ length: values }, () => 'A') },
});

let clock: ScriptedClock;
let delivered: [to: string, what: unknown, principal: string][];
let topics: Topics;
let buses: EventBuses;

beforeEach(() => {
  clock = new ScriptedClock();
  delivered = [];
  const deliveries: Deliveries = {
    toFunction: (arn, payload, { principal }) => void delivered.push([arn, payload, principal]),
    toQueue: (arn, { body }, { principal }) => void delivered.push([arn, body, principal]),
  };
  const parts = {
    journal: openJournal(undefined),
    clock,
    ids: systemIds,
    log: silentLog,
    accountId: ACCOUNT,
    region: REGION,
    deliveries,
  };
  topics = new Topics(parts);
  buses = new EventBuses({ ...parts, publish: (arn, publication) => void topics.publish(arn, publication) });
});

describe('EventBridge', () => {
  const ask = async (operation: string, input: object) =>
    (await askJson(createEvents({ buses }), operation, input)).json;
  const put = (detail: object) =>
    ask('PutEvents', {
      Entries: [{ Source: 'app', DetailType: 'Call ended', Detail: JSON.stringify(detail) }],
    });

  it('sends an event to the targets of each rule that it fits', async () => {
    topics.create('t');
    topics.subscribe(TOPIC, 'sqs', QUEUE, { RawMessageDelivery: 'true' });
    await ask('PutRule', {
      Name: 'ended',
      EventPattern: '{"source":["app"],"detail":{"seconds":[{"numeric":[">",5]}]}}',
    });
    await ask('PutTargets', {
      Rule: 'ended',
      Targets: [
        { Id: '1', Arn: FUNCTION },
        { Id: '2', Arn: QUEUE, InputPath: '$.detail' },
        {
          Id: '3',
          Arn: TOPIC,
          InputTransformer: { InputPathsMap: { s: '$.detail.seconds' }, InputTemplate: '"<s> seconds"' },
        },
      ],
    });
    await put({ seconds: 3 });
    expect(delivered).toEqual([]);
    expect(await put({ seconds: 9 })).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }],
    });
    expect(delivered).toMatchObject([
      [
        FUNCTION,
        { source: 'app', 'detail-type': 'Call ended', detail: { seconds: 9 }, account: ACCOUNT },
        'events.amazonaws.com',
      ],
      [QUEUE, '{"seconds":9}', 'events.amazonaws.com'],
      [QUEUE, '"9 seconds"', 'sns.amazonaws.com'],
    ]);
  });

  it('sends on a schedule until the rule is disabled', async () => {
    await ask('PutRule', { Name: 'tick', ScheduleExpression: 'rate(1 minute)' });
    await ask('PutTargets', { Rule: 'tick', Targets: [{ Id: '1', Arn: FUNCTION, Input: '{"tick":true}' }] });
    clock.advance(60_000);
    clock.advance(60_000);
    expect(delivered.map(([, what]) => what)).toEqual([{ tick: true }, { tick: true }]);
    await ask('DisableRule', { Name: 'tick' });
    clock.advance(60_000);
    expect(delivered).toHaveLength(2);
  });

  it('refuses one bad entry and takes the good one beside it', async () => {
    const good = { Source: 'app', DetailType: 't', Detail: '{}' };
    const answer = await ask('PutEvents', { Entries: [good, { ...good, Detail: 'no JSON' }] });
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{}, { ErrorCode: 'MalformedDetail' }] });
  });

  it('sends no template that names a large event many times', async () => {
    await ask('PutRule', { Name: 'many', EventPattern: '{"source":["app"]}' });
    const template = (count: number) => ({ InputTemplate: `[${'<aws.events.event>,'.repeat(count)}0]` });
    await ask('PutTargets', {
      Rule: 'many',
      Targets: [
        { Id: '1', Arn: FUNCTION, InputTransformer: template(400) },
        { Id: '2', Arn: QUEUE, InputTransformer: template(2) },
      ],
    });
    await put({ text: 'a'.repeat(100_000) });
    expect(delivered.map(([to]) => to)).toEqual([QUEUE]);
  });

  it('Slow rules leave turns to others, and none is forgotten', async () => {
    const slow = [...Array.from({ length: 15 }, () => ({ suffix: 'b' })), { exists: true }];
    for (let n = 0; n < SLOW_RULES; n++) {
      await ask('PutRule', { Name: `slow${n}`, EventPattern: JSON.stringify({ detail: { a: slow } }) });
      await ask('PutTargets', { Rule: `slow${n}`, Targets: [{ Id: '1', Arn: QUEUE }] });
    }
    buses.put(longEvent(10_000));
    const sent = [delivered.length];
    while (delivered.length < SLOW_RULES && sent.length < SLOW_RULES) {
      await new Promise((turn) => setImmediate(turn));
      sent.push(delivered.length);
    }
    // Two of 300,000 comparisons a turn.
    expect(sent).toEqual([2, 4, 6, 8, 10]);
  });

  it('Events that nobody has time for are throttled, not kept', async () => {
    const EventPattern = JSON.stringify({
      detail: { a: Array.from({ length: 100 }, () => ({ suffix: 'b' })) },
    });
    await ask('PutRule', { Name: 'slow', EventPattern });
    const event = longEvent(60_000);
    const flood = () => {
      for (let n = 0; n < 1_000; n++) buses.put(event);
    };
    expect(flood).toThrow(/Rate exceeded/);
    buses.close();
  });

  it.each([
    ['a rule that events fit', { EventPattern: '{"source":["app"]}' }],
    ['a schedule', { ScheduleExpression: 'rate(1 minute)' }],
  ])('A topic that is gone disturbs nobody: %s', async (_what, rule) => {
    await ask('PutRule', { Name: 'gone', ...rule });
    await ask('PutTargets', { Rule: 'gone', Targets: [{ Id: '1', Arn: TOPIC }] });
    expect(await put({})).toMatchObject({ FailedEntryCount: 0 });
    expect(() => clock.advance(60_000)).not.toThrow();
  });

  it.each([
    ['an Input', { Input: `"${'a'.repeat(8_192)}"` }],
    ['a template', { InputTransformer: { InputTemplate: '<a>'.repeat(3_000) } }],
    ['a path', { InputPath: `$${'.a'.repeat(128)}` }],
    [
      'a path of a template',
      { InputTransformer: { InputPathsMap: { a: '.a'.repeat(129) }, InputTemplate: '1' } },
    ],
  ])('refuses %s that is too long', async (_what, target) => {
    await ask('PutRule', { Name: 'long', EventPattern: '{"source":["app"]}' });
    const answer = await ask('PutTargets', {
      Rule: 'long',
      Targets: [{ Id: '1', Arn: FUNCTION, ...target }],
    });
    expect(answer).toMatchObject({
      __type: 'ValidationException',
      message: expect.stringMatching(/at most \d+ characters/),
    });
  });

  it('refuses an entry whose time no calendar has', async () => {
    const entry = { Source: 'app', DetailType: 't', Detail: '{}', Time: 1e20 };
    expect(await ask('PutEvents', { Entries: [entry] })).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'InvalidArgument' }],
    });
  });

  it.each([
    ['many filters of lower case', { a: Array.from({ length: 100 }, () => ({ 'equals-ignore-case': 'b' })) }],
    ['many suffixes', { a: Array.from({ length: 100 }, () => ({ suffix: { 'equals-ignore-case': 'b' } })) }],
    ['many values', { $or: Array.from({ length: 300 }, () => ({ a: ['b'] })) }],
    [
      'what is left out',
      { a: [{ 'anything-but': { suffix: Array.from({ length: 300 }, (_, n) => `${n}`) } }] },
    ],
  ])('a pattern of %s ends its comparisons with a long list', (_what, pattern) => {
    const before = process.cpuUsage();
    expect(fitsPattern(pattern, { a: Array.from({ length: 60_000 }, () => 'A') })).toBe(false);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });

  it.each([
    [{ a: ['x'] }, { a: 'x' }, true],
    [{ a: ['x'] }, { a: ['y', 'x'] }, true],
    [{ a: ['x'] }, {}, false],
    [{ a: [{ prefix: 'x' }] }, { a: 'xy' }, true],
    [{ a: [{ prefix: { 'equals-ignore-case': 'X' } }] }, { a: 'xy' }, true],
    [{ a: [{ suffix: '.wav' }] }, { a: 'b.wav' }, true],
    [{ a: [{ 'anything-but': ['x'] }] }, { a: 'x' }, false],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'yx' }, true],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ numeric: ['>=', 1, '<', 5] }] }, { a: 5 }, false],
    [{ a: [{ wildcard: 'b/*/c*.wav' }] }, { a: 'b/x/y/c1.wav' }, true],
    [{ $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
    [{ a: { b: ['x'] } }, { a: 'x' }, false],
  ])('the pattern %j fits %j: %s', (pattern, document, fits) => {
    expect(fitsPattern(pattern, document)).toBe(fits);
  });

  it.each([
    ['rate(5 minutes)', '2026-01-01T00:00:30Z', '2026-01-01T00:05:30.000Z'],
    ['cron(0 12 * * ? *)', '2026-01-01T12:00:00Z', '2026-01-02T12:00:00.000Z'],
    ['cron(0/15 8-9 ? * MON-FRI *)', '2026-01-03T00:00:00Z', '2026-01-05T08:00:00.000Z'],
    ['cron(0 0 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['cron(0 9 29 2 ? *)', '2026-11-30T10:00:00Z', '2028-02-29T09:00:00.000Z'],
    ['cron(59 23 31 12 ? 2030)', '2026-11-30T10:00:00Z', '2030-12-31T23:59:00.000Z'],
  ])('the schedule %s is next due after %s at %s', (schedule, now, due) => {
    expect(new Date(nextTime(schedule, Date.parse(now)) ?? 0).toISOString()).toBe(due);
  });

  it.each([
    'rate(0 minutes)',
    'cron(61 * * * ? *)',
    'cron(5-3 * * * ? *)',
    `cron(${'1,'.repeat(200)}1 * * * ? *)`,
    'every day',
  ])('refuses the schedule %s', async (schedule) => {
    const answer = await ask('PutRule', { Name: 'r', ScheduleExpression: schedule });
    expect(answer.__type).toBe('ValidationException');
  });
});

describe('SNS', () => {
  const ask = (operation: string, fields: Record<string, string>) =>
    askForm(createSns({ topics, accountId: ACCOUNT }), operation, fields);

  beforeEach(async () => {
    await ask('CreateTopic', { Name: 't' });
  });

  it('delivers a message to functions and queues that are subscribed', async () => {
    await ask('Subscribe', { TopicArn: TOPIC, Protocol: 'lambda', Endpoint: FUNCTION });
    await ask('Subscribe', { TopicArn: TOPIC, Protocol: 'sqs', Endpoint: QUEUE });
    const { text } = await ask('Publish', { TopicArn: TOPIC, Message: 'hello', Subject: 'greeting' });
    const MessageId = /<MessageId>(.*)<\/MessageId>/.exec(text)?.[1];
    const sns = { Message: 'hello', Subject: 'greeting', TopicArn: TOPIC, MessageId };
    expect(delivered[0]).toMatchObject([
      FUNCTION,
      { Records: [{ EventSource: 'aws:sns', Sns: sns }] },
      'sns.amazonaws.com',
    ]);
    expect(JSON.parse(String(delivered[1]?.[1]))).toMatchObject({ Type: 'Notification', ...sns });
  });

  it('leaves out a subscription whose filter does not fit', async () => {
    await ask('Subscribe', {
      TopicArn: TOPIC,
      Protocol: 'sqs',
      Endpoint: QUEUE,
      'Attributes.entry.1.key': 'FilterPolicy',
      'Attributes.entry.1.value': '{"kind":["call"]}',
      'Attributes.entry.2.key': 'RawMessageDelivery',
      'Attributes.entry.2.value': 'true',
    });
    const publish = (kind: string) =>
      ask('Publish', {
        TopicArn: TOPIC,
        Message: kind,
        'MessageAttributes.entry.1.Name': 'kind',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': kind,
      });
    await publish('fax');
    await publish('call');
    expect(delivered.map(([, body]) => body)).toEqual(['call']);
  });

  it('gives each protocol its own message when asked to', async () => {
    await ask('Subscribe', { TopicArn: TOPIC, Protocol: 'lambda', Endpoint: FUNCTION });
    const Message = JSON.stringify({ default: 'all', lambda: 'functions' });
    await ask('Publish', { TopicArn: TOPIC, Message, MessageStructure: 'json' });
    expect(delivered[0]?.[1]).toMatchObject({ Records: [{ Sns: { Message: 'functions' } }] });
  });

  it.each([
    ['a topic that is not there', 'Publish', { TopicArn: `${TOPIC}x`, Message: 'm' }, 404, 'NotFound'],
    ['an empty message', 'Publish', { TopicArn: TOPIC, Message: '' }, 400, 'InvalidParameter'],
    [
      'a protocol that does not exist',
      'Subscribe',
      { TopicArn: TOPIC, Protocol: 'pigeon', Endpoint: 'x' },
      400,
      'InvalidParameter',
    ],
    ['an action that is not served', 'CreatePlatformApplication', {}, 400, 'InvalidAction'],
  ])('refuses %s', async (_what, operation, fields, status, code) => {
    const answer = await ask(operation, fields);
    expect([answer.status, /<Code>(.*)<\/Code>/.exec(answer.text)?.[1]]).toEqual([status, code]);
  });
});
