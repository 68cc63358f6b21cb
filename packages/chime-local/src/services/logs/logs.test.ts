import { describe, expect, it } from 'vitest';
import { openJournal } from '#platform';
import { ScriptedClock } from '#testkit';
import { askJson } from '../testing/ask.ts';
import { createLogs, LogGroups } from './index.ts';
import { LogEvents, MAX_CHARACTERS } from './log-events.ts';

/** Limit on CPU time in milliseconds. Ours: about 30 ms are needed. */
const SOON_MS = 500;

it('A log group is created once, gets a retention and is deleted', () => {
  const groups = new LogGroups(openJournal(undefined), new ScriptedClock());
  groups.create('/aws/lambda/app');
  expect(() => groups.create('/aws/lambda/app')).toThrow('already exists');
  groups.ensure('/aws/lambda/app');
  groups.retain('/aws/lambda/app', 30);
  expect(groups.list()).toMatchObject([{ name: '/aws/lambda/app', retentionDays: 30 }]);
  expect(() => groups.retain('/aws/lambda/app', 31)).toThrow('not 31');
  groups.retain('/aws/lambda/app', undefined);
  expect(groups.list()[0]).not.toHaveProperty('retentionDays');
  groups.delete('/aws/lambda/app');
  expect(() => groups.delete('/aws/lambda/app')).toThrow('does not exist');
  expect(() => groups.create('no name')).toThrow('no name of a log group');
});

it('Resource policies are stored by name', async () => {
  const logGroups = new LogGroups(openJournal(undefined), new ScriptedClock());
  const service = createLogs({ logGroups, accountId: '000000000000', region: 'us-east-1' });
  const ask = async (operation: string, input: object) => (await askJson(service, operation, input)).json;
  await ask('PutResourcePolicy', { policyName: 'chime', policyDocument: '{}' });
  expect(await ask('DescribeResourcePolicies', {})).toMatchObject({
    resourcePolicies: [{ policyName: 'chime', policyDocument: '{}' }],
  });
  await ask('DeleteResourcePolicy', { policyName: 'chime' });
  const again = await askJson(service, 'DeleteResourcePolicy', { policyName: 'chime' });
  expect(again.json).toMatchObject({ __type: 'ResourceNotFoundException' });
});

describe('log events', () => {
  const groups = () => new LogGroups(openJournal(undefined), new ScriptedClock());
  const logs = (logGroups: LogGroups) =>
    createLogs({ logGroups, accountId: '000000000000', region: 'us-east-1' });

  it('Events are read by stream, time and term', async () => {
    const service = logs(groups());
    const ask = async (operation: string, input: object) => (await askJson(service, operation, input)).json;
    const logGroupName = '/app';
    await ask('CreateLogGroup', { logGroupName });
    await ask('CreateLogStream', { logGroupName, logStreamName: 'one' });
    const logEvents = ['one error', 'two', 'three error'].map((message, at) => ({
      message,
      timestamp: at + 1,
    }));
    await ask('PutLogEvents', { logGroupName, logStreamName: 'one', logEvents });
    await ask('PutLogEvents', { logGroupName, logStreamName: 'two', logEvents: logEvents.slice(0, 1) });
    const messages = async (operation: string, input: object) => {
      const { events } = (await ask(operation, { logGroupName, ...input })) as {
        events: { message: string }[];
      };
      return events.map(({ message }) => message);
    };
    expect(await messages('GetLogEvents', { logStreamName: 'one', limit: 2 })).toEqual([
      'two',
      'three error',
    ]);
    expect(await messages('FilterLogEvents', { filterPattern: 'error', logStreamNames: ['one'] })).toEqual([
      'one error',
      'three error',
    ]);
    expect(await messages('FilterLogEvents', { filterPattern: '"three error"' })).toEqual(['three error']);
    expect(await messages('FilterLogEvents', { startTime: 2, endTime: 3 })).toEqual(['two']);
    const { logStreams } = (await ask('DescribeLogStreams', { logGroupName })) as { logStreams: object[] };
    expect(logStreams).toMatchObject([
      { logStreamName: 'one', lastEventTimestamp: 3 },
      { logStreamName: 'two' },
    ]);
  });

  it('Streams are listed by name or last event, in pages', async () => {
    const service = logs(groups());
    const ask = async (operation: string, input: object) => (await askJson(service, operation, input)).json;
    const logGroupName = '/app';
    await ask('CreateLogGroup', { logGroupName });
    for (const [logStreamName, timestamp] of Object.entries({ a: 2, b: 3, c: 1 }))
      await ask('PutLogEvents', { logGroupName, logStreamName, logEvents: [{ message: 'x', timestamp }] });
    const list = async (input: object) => {
      const answer = await ask('DescribeLogStreams', { logGroupName, ...input });
      const { logStreams, nextToken } = answer as {
        logStreams: { logStreamName: string }[];
        nextToken?: string;
      };
      return { names: logStreams.map(({ logStreamName }) => logStreamName).join(''), nextToken };
    };
    expect((await list({ descending: true })).names).toBe('cba');
    const latest = { orderBy: 'LastEventTime', descending: true };
    const first = await list({ ...latest, limit: 2 });
    expect(first.names).toBe('ba');
    expect(await list({ ...latest, nextToken: first.nextToken })).toEqual({ names: 'c' });
    expect(
      await ask('DescribeLogStreams', { logGroupName, ...latest, logStreamNamePrefix: 'a' }),
    ).toMatchObject({
      __type: 'InvalidParameterException',
    });
  });

  it('A missing group and unsupported filter patterns are refused', async () => {
    const service = logs(groups());
    const asked = await askJson(service, 'GetLogEvents', { logGroupName: '/app', logStreamName: 'one' });
    expect(asked).toMatchObject({
      status: 400,
      json: { __type: expect.stringContaining('ResourceNotFound') },
    });
    await askJson(service, 'CreateLogGroup', { logGroupName: '/app' });
    const pattern = { logGroupName: '/app', filterPattern: '{ $.level = "ERROR" }' };
    expect((await askJson(service, 'FilterLogEvents', pattern)).status).toBe(400);
  });

  it('A page has at most 1 MB of messages', async () => {
    const logGroups = groups();
    const service = logs(logGroups);
    for (let n = 0; n < 25; n++) logGroups.tell('/app', 'one', `${n} ${'a'.repeat(100_000)}`);
    const asked = { logGroupName: '/app', logStreamName: 'one' };
    const page = async (operation: string, input: object) =>
      (await askJson(service, operation, { ...asked, ...input })).json as {
        events: { message: string }[];
        nextToken?: string;
        nextForwardToken?: string;
      };
    const numbers = ({ events }: { events: { message: string }[] }) =>
      events.map(({ message }) => Number(message.split(' ')[0]));
    const upTo = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n);
    expect(numbers(await page('GetLogEvents', {}))).toEqual(upTo(15, 24));
    const first = await page('GetLogEvents', { startFromHead: true });
    expect(numbers(first)).toEqual(upTo(0, 9));
    expect(numbers(await page('GetLogEvents', { nextToken: first.nextForwardToken }))).toEqual(upTo(10, 19));
    const filtered = await page('FilterLogEvents', { filterPattern: 'a' });
    expect(numbers(filtered)).toEqual(upTo(0, 9));
    expect(numbers(await page('FilterLogEvents', { nextToken: filtered.nextToken }))).toEqual(upTo(10, 19));
  });

  it('A group keeps its newest 10,000 events', () => {
    const logGroups = groups();
    for (let n = 0; n < 10_005; n++) logGroups.tell('/app', 'one', `line ${n}`);
    expect(logGroups.eventsOf('/app')).toHaveLength(10_000);
    expect(logGroups.eventsOf('/app')[0]?.message).toBe('line 5');
  });

  it('Short events of many groups have a bound, too', () => {
    const logGroups = groups();
    const names = Array.from({ length: 30 }, (_, n) => `/app/${n}`);
    for (const name of names) for (let n = 0; n < 9_000; n++) logGroups.tell(name, 'one', '');
    const kept = names.reduce((sum, name) => sum + logGroups.eventsOf(name).length, 0);
    expect(kept * 200).toBeLessThanOrEqual(MAX_CHARACTERS);
    expect(kept * 200).toBeGreaterThan(MAX_CHARACTERS * 0.99);
  });

  it('Events of very many groups are dropped quickly', () => {
    const logEvents = new LogEvents(new ScriptedClock());
    const text = 'a'.repeat(800);
    for (let n = 0; n < MAX_CHARACTERS / 1_000; n++) logEvents.add(`/app/${n}`, 'one', text);
    const before = process.cpuUsage();
    for (let n = 0; n < 10_000; n++) logEvents.add(`/app/${n}`, 'one', text);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(SOON_MS);
  });
});
