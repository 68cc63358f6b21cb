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
/** Limit on CPU time in milliseconds. Ours: a pattern's 20 ms plus a generous margin. */
const SOON_MS = 500;

/** The number of rules whose patterns need many comparisons. */
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

  it('An event is sent to the targets of each matching rule', async () => {
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

  it('A schedule sends events until its rule is disabled', async () => {
    await ask('PutRule', { Name: 'tick', ScheduleExpression: 'rate(1 minute)' });
    await ask('PutTargets', { Rule: 'tick', Targets: [{ Id: '1', Arn: FUNCTION, Input: '{"tick":true}' }] });
    clock.advance(60_000);
    clock.advance(60_000);
    expect(delivered.map(([, what]) => what)).toEqual([{ tick: true }, { tick: true }]);
    await ask('DisableRule', { Name: 'tick' });
    clock.advance(60_000);
    expect(delivered).toHaveLength(2);
  });

  it('A bad entry is refused and the good one is accepted', async () => {
    const good = { Source: 'app', DetailType: 't', Detail: '{}' };
    const answer = await ask('PutEvents', { Entries: [good, { ...good, Detail: 'no JSON' }] });
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{}, { ErrorCode: 'MalformedDetail' }] });
  });

  it('A template that repeats a large event many times is not sent', async () => {
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

  it('Slow rules yield to other work, and every event is delivered', async () => {
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
    // Each turn handles two patterns of 300,000 comparisons.
    expect(sent).toEqual([2, 4, 6, 8, 10]);
  });

  it('Events that cannot be handled in time are throttled, not queued', async () => {
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
  ])('A deleted topic disturbs no other target: %s', async (_what, rule) => {
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
  ])('Refused as too long: %s', async (_what, target) => {
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

  it('An entry with a time beyond the calendar is refused', async () => {
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
  ])('A pattern of %s stops its comparisons with a long list', (_what, pattern) => {
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
  ])('The pattern %j matches %j: %s', (pattern, document, fits) => {
    expect(fitsPattern(pattern, document)).toBe(fits);
  });

  it.each([
    ['rate(5 minutes)', '2026-01-01T00:00:30Z', '2026-01-01T00:05:30.000Z'],
    ['cron(0 12 * * ? *)', '2026-01-01T12:00:00Z', '2026-01-02T12:00:00.000Z'],
    ['cron(0/15 8-9 ? * MON-FRI *)', '2026-01-03T00:00:00Z', '2026-01-05T08:00:00.000Z'],
    ['cron(0 0 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['cron(0 9 29 2 ? *)', '2026-11-30T10:00:00Z', '2028-02-29T09:00:00.000Z'],
    ['cron(59 23 31 12 ? 2030)', '2026-11-30T10:00:00Z', '2030-12-31T23:59:00.000Z'],
  ])('The schedule %s is next due after %s at %s', (schedule, now, due) => {
    expect(new Date(nextTime(schedule, Date.parse(now)) ?? 0).toISOString()).toBe(due);
  });

  it.each([
    'rate(0 minutes)',
    'cron(61 * * * ? *)',
    'cron(5-3 * * * ? *)',
    `cron(${'1,'.repeat(200)}1 * * * ? *)`,
    'every day',
  ])('The schedule %s is refused', async (schedule) => {
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

  it('A message is delivered to subscribed functions and queues', async () => {
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

  it('A subscription whose filter does not match is skipped', async () => {
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

  it('Each protocol gets its own message on request', async () => {
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
  ])('Refused: %s', async (_what, operation, fields, status, code) => {
    const answer = await ask(operation, fields);
    expect([answer.status, /<Code>(.*)<\/Code>/.exec(answer.text)?.[1]]).toEqual([status, code]);
  });
});
