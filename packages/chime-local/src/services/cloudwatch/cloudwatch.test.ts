import { cbor, tag } from '@smithy/core/cbor';
import { beforeEach, expect, it } from 'vitest';
import { silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import type { AwsService } from '../ports.ts';
import { ask, askForm, askJson } from '../testing/ask.ts';
import { createCloudWatch, MetricStore } from './index.ts';

const START_S = Date.UTC(2026, 0, 2, 3, 4) / 1_000;
const HOUR_S = 3_600;
const Dimensions = [{ Name: 'Region', Value: 'us-east-1' }];
const INPUT = { Namespace: 'calls', MetricData: [{ MetricName: 'answered', Dimensions, Value: 1 }] };
const QUERY = {
  StartTime: START_S,
  EndTime: START_S + HOUR_S,
  MetricDataQueries: [
    {
      Id: 'a',
      MetricStat: {
        Metric: { Namespace: 'calls', MetricName: 'answered', Dimensions },
        Period: 60,
        Stat: 'Sum',
      },
    },
  ],
};

let clock: ScriptedClock;
let metrics: MetricStore;
let cloudWatch: AwsService;

beforeEach(() => {
  clock = new ScriptedClock(START_S * 1_000);
  metrics = new MetricStore(clock);
  cloudWatch = createCloudWatch({ log: silentLog, metrics });
});

const inCbor = (operation: string, input: object = INPUT) =>
  ask(cloudWatch, {
    rawPath: `/service/GraniteServiceVersion20100801/operation/${operation}`,
    headers: { 'smithy-protocol': 'rpc-v2-cbor' },
    body: cbor.serialize(input),
    protocol: 'cbor',
  });

it('Metrics are accepted in each protocol', async () => {
  const form = { Namespace: 'calls', 'MetricData.member.1.MetricName': 'answered' };
  const dimension = 'MetricData.member.1.Dimensions.member.1';
  const answers = [
    await inCbor('PutMetricData'),
    await askJson(cloudWatch, 'PutMetricData', INPUT),
    await askForm(cloudWatch, 'PutMetricData', {
      ...form,
      'MetricData.member.1.Value': '1',
      [`${dimension}.Name`]: 'Region',
      [`${dimension}.Value`]: 'us-east-1',
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await askJson(cloudWatch, 'GetMetricData', QUERY)).json.MetricDataResults).toEqual([
    { Id: 'a', Label: 'answered', Timestamps: [START_S], Values: [3], StatusCode: 'Complete' },
  ]);
});

it("Metrics are read in each protocol, with that protocol's date format", async () => {
  await inCbor('PutMetricData');
  clock.advance(60_000);
  await inCbor('PutMetricData');
  const tagged = (seconds: number) => tag({ tag: 1, value: seconds });
  const asked = { ...QUERY, StartTime: tagged(START_S), EndTime: tagged(START_S + HOUR_S) };
  const inBytes = await inCbor('GetMetricData', asked);
  expect(inBytes.json.MetricDataResults).toMatchObject([{ Values: [1, 1] }]);
  const statistics = await askForm(cloudWatch, 'GetMetricStatistics', {
    Namespace: 'calls',
    MetricName: 'answered',
    'Dimensions.member.1.Name': 'Region',
    'Dimensions.member.1.Value': 'us-east-1',
    StartTime: '2026-01-02T03:00:00Z',
    EndTime: '2026-01-02T04:00:00Z',
    Period: '3600',
    'Statistics.member.1': 'Sum',
    'Statistics.member.2': 'Average',
  });
  expect(statistics.text).toContain(
    '<member><Timestamp>2026-01-02T03:00:00.000Z</Timestamp><Sum>2</Sum><Average>1</Average>',
  );
});

it('Metrics are listed by namespace, name and dimensions', async () => {
  await inCbor('PutMetricData');
  const list = async (wanted: object) => (await askJson(cloudWatch, 'ListMetrics', wanted)).json.Metrics;
  const found = [{ Namespace: 'calls', MetricName: 'answered', Dimensions }];
  expect(await list({})).toEqual(found);
  expect(await list({ Namespace: 'calls', Dimensions: [{ Name: 'Region' }] })).toEqual(found);
  expect(await list({ Namespace: 'other' })).toEqual([]);
  expect(await list({ Dimensions: [{ Name: 'Region', Value: 'eu-west-1' }] })).toEqual([]);
});

it.each<[string, object, RegExp]>([
  ['GetMetricData', { ...QUERY, StartTime: 'soon' }, /StartTime must be a time/],
  ['GetMetricData', { ...QUERY, EndTime: 1e300 }, /EndTime must be a time/],
  [
    'PutMetricData',
    { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1, Timestamp: 1e20 }] },
    /Timestamp must be a time/,
  ],
  ['GetMetricData', { ...QUERY, MetricDataQueries: [{ Id: 'e', Expression: 'a/2' }] }, /no MetricStat/],
  ['GetMetricStatistics', { ...QUERY, Namespace: 'x', MetricName: 'y', Period: 90 }, /multiple of 60/],
  ['PutMetricData', { MetricData: [] }, /Namespace must be a text/],
])('%s refuses invalid input and gives the reason', async (operation, input, message) => {
  const { status, json } = await askJson(cloudWatch, operation, input);
  expect(status).toBe(400);
  expect(json.message).toMatch(message);
});

it('A page of metric data has no more than 100,800 points', async () => {
  const names = Array.from({ length: 75 }, (_, n) => `m${n}`);
  for (let minute = 0; minute < 1_440; minute++) {
    for (const MetricName of names) metrics.add({ Namespace: 'n', MetricName, Dimensions: [] }, 1);
    clock.advance(60_000);
  }
  const MetricDataQueries = names.map((MetricName) => ({
    Id: MetricName,
    MetricStat: { Metric: { Namespace: 'n', MetricName }, Period: 60, Stat: 'Sum' },
  }));
  const asked = { StartTime: START_S, EndTime: START_S + 25 * HOUR_S, MetricDataQueries };
  const page = async (NextToken?: string) => {
    const { json } = await askJson(cloudWatch, 'GetMetricData', { ...asked, NextToken });
    return json as { NextToken?: string; MetricDataResults: { Id: string; Values: number[] }[] };
  };
  const first = await page();
  const second = await page(first.NextToken);
  expect([first, second].map(({ MetricDataResults: { length } }) => length)).toEqual([70, 5]);
  expect(second.NextToken).toBeUndefined();
  const read = [...first.MetricDataResults, ...second.MetricDataResults];
  expect(read.map(({ Id, Values }) => [Id, Values.length])).toEqual(names.map((name) => [name, 1_440]));
});

it('keeps a day of minutes and a thousand series', () => {
  const name = (MetricName: string) => ({ Namespace: 'n', MetricName, Dimensions: [] });
  for (let minute = 0; minute < 1_500; minute++) {
    metrics.add(name('long'), 1);
    clock.advance(60_000);
  }
  const all = { from: 0, to: clock.now(), periodMs: 60_000 };
  expect(metrics.read(name('long'), all).periods).toHaveLength(1_440);
  for (let n = 0; n < 1_000; n++) metrics.add(name(`m${n}`), 1);
  expect(metrics.list({})).toHaveLength(1_000);
  expect(metrics.list({ MetricName: 'long' })).toEqual([]);
});

it('An unknown operation is refused by name in CBOR', async () => {
  const { status, json } = await inCbor('PutDashboard');
  expect([status, json.__type]).toEqual([400, 'UnknownOperationException']);
});
