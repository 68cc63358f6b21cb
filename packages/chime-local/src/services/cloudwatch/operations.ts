/** CloudWatch's operations on metrics, independent of the protocol. API reference of Amazon CloudWatch. */
import { ApiError } from '../rest/api-error.ts';
import { type Dimension, type MetricName, type MetricStore, MINUTE_MS, type Period } from './metric-store.ts';

/** Input in the form in which its protocol delivers it. The query protocol has no numbers, so numbers may be strings. */
export type Input = Readonly<Record<string, unknown>>;
/** Dates in the answer are `Date` objects. */
export type Operation = (input: Input) => object;

const STATISTICS = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'] as const;
type Statistic = (typeof STATISTICS)[number];
const SECOND_MS = 1_000;
/** Maximum number of data points in an answer. API reference: GetMetricStatistics. */
const MAX_POINTS = 1_440;
/** Maximum number of data points per page of GetMetricData. API reference. */
const MAX_DATA_POINTS = 100_800;
/** Greatest distance of a date from the epoch in milliseconds. ECMAScript, "Time Values and Time Range". */
const MAX_TIME_MS = 8.64e15;
/** Maximum number of queries per request, and of metrics per page of ListMetrics. API reference. */
const MAX_QUERIES = 500;
const MAX_LISTED = 500;

export function metricOperations(
  store: MetricStore,
  tell: (text: string) => void,
): Record<string, Operation> {
  return {
    PutMetricData: (input) => put(store, input, tell),
    ListMetrics: (input) => list(store, input),
    GetMetricData: (input) => getData(store, input),
    GetMetricStatistics: (input) => getStatistics(store, input),
  };
}

function put(store: MetricStore, input: Input, tell: (text: string) => void): object {
  const Namespace = text(input, 'Namespace');
  const data = items(input.MetricData);
  for (const datum of data) {
    const name = { Namespace, MetricName: text(datum, 'MetricName'), Dimensions: dimensionsOf(datum) };
    const at = datum.Timestamp === undefined ? {} : { at: time(datum, 'Timestamp') };
    const when = { ...at, ...(datum.Unit === undefined ? {} : { unit: text(datum, 'Unit') }) };
    if (datum.Value !== undefined) store.add(name, number(datum, 'Value'), when);
    const counts = Array.isArray(datum.Counts) ? datum.Counts : [];
    for (const [index, value] of (Array.isArray(datum.Values) ? datum.Values : []).entries()) {
      const [one, times] = [Number(value), Number(counts[index] ?? 1)];
      store.add(name, { Sum: one * times, SampleCount: times, Minimum: one, Maximum: one }, when);
    }
    const set = datum.StatisticValues as Input | undefined;
    if (set) {
      const [Sum, SampleCount] = [number(set, 'Sum'), number(set, 'SampleCount')];
      store.add(
        name,
        { Sum, SampleCount, Minimum: number(set, 'Minimum'), Maximum: number(set, 'Maximum') },
        when,
      );
    }
  }
  tell(`metrics of ${Namespace}: ${data.map(({ MetricName: name }) => String(name)).join(', ')}`);
  return {};
}

function list(store: MetricStore, input: Input): object {
  const { Namespace, MetricName: name, NextToken } = input;
  const found = store.list({
    ...(typeof Namespace === 'string' ? { Namespace } : {}),
    ...(typeof name === 'string' ? { MetricName: name } : {}),
    Dimensions: items(input.Dimensions).map((one) => ({
      Name: text(one, 'Name'),
      ...(one.Value === undefined ? {} : { Value: text(one, 'Value') }),
    })),
  });
  const from = typeof NextToken === 'string' ? Number(NextToken) || 0 : 0;
  const next = from + MAX_LISTED;
  return {
    Metrics: found.slice(from, next),
    ...(next < found.length ? { NextToken: String(next) } : {}),
  };
}

function getData(store: MetricStore, input: Input): object {
  const range = { from: time(input, 'StartTime'), to: time(input, 'EndTime') };
  const queries = items(input.MetricDataQueries);
  if (queries.length > MAX_QUERIES) throw invalid(`MetricDataQueries has more than ${MAX_QUERIES} queries`);
  const newestFirst = input.ScanBy !== 'TimestampAscending';
  const wanted = queries.filter(({ ReturnData }) => String(ReturnData ?? true) !== 'false');
  const first = typeof input.NextToken === 'string' ? Number(input.NextToken) || 0 : 0;
  const results: ReturnType<typeof seriesOf>[] = [];
  let points = 0;
  for (const query of wanted.slice(first)) {
    const series = seriesOf(store, query, range);
    points += series.Values.length;
    if (points > MAX_DATA_POINTS && results.length > 0) break;
    if (newestFirst) for (const list of [series.Timestamps, series.Values]) list.reverse();
    results.push(series);
  }
  const next = first + results.length;
  return {
    Messages: [],
    MetricDataResults: results,
    ...(next < wanted.length ? { NextToken: String(next) } : {}),
  };
}

/** The data that a query of GetMetricData asks for, earliest first. */
function seriesOf(store: MetricStore, query: Input, range: { from: number; to: number }) {
  const { MetricStat } = query;
  if (typeof MetricStat !== 'object' || MetricStat === null) {
    throw invalid(`The query ${String(query.Id)} has no MetricStat: expressions are not computed here`);
  }
  const asked = MetricStat as Input;
  const name = nameOf(asked.Metric);
  const statistic = statisticOf(asked.Stat);
  const { periods } = store.read(name, { ...range, periodMs: periodOf(asked) });
  return {
    Id: text(query, 'Id'),
    Label: typeof query.Label === 'string' ? query.Label : name.MetricName,
    Timestamps: periods.map(({ at }) => new Date(at)),
    Values: periods.map((period) => statisticValue(period, statistic)),
    StatusCode: 'Complete',
  };
}

function getStatistics(store: MetricStore, input: Input): object {
  const range = { from: time(input, 'StartTime'), to: time(input, 'EndTime') };
  const name = nameOf(input);
  const periodMs = periodOf(input);
  const statistics = (Array.isArray(input.Statistics) ? input.Statistics : []).map(statisticOf);
  if (statistics.length === 0) throw invalid(`Statistics is one or more of ${STATISTICS.join(', ')}`);
  const { periods, unit } = store.read(name, { ...range, periodMs });
  if (periods.length > MAX_POINTS) throw invalid(`More than ${MAX_POINTS} data points are asked for`);
  return {
    Label: name.MetricName,
    Datapoints: periods.map((period) => ({
      Timestamp: new Date(period.at),
      ...Object.fromEntries(statistics.map((statistic) => [statistic, statisticValue(period, statistic)])),
      Unit: unit,
    })),
  };
}

function statisticValue(period: Period, statistic: Statistic): number {
  return statistic === 'Average' ? period.Sum / period.SampleCount : period[statistic];
}

function statisticOf(value: unknown): Statistic {
  const found = STATISTICS.find((statistic) => statistic === value);
  if (found) return found;
  throw invalid(`${JSON.stringify(value)} is none of ${STATISTICS.join(', ')}, which are kept here`);
}

/** Periods are whole minutes, because nothing finer is stored. */
function periodOf(input: Input): number {
  const periodMs = number(input, 'Period') * SECOND_MS;
  if (periodMs >= MINUTE_MS && periodMs % MINUTE_MS === 0) return periodMs;
  throw invalid('Period is a multiple of 60 seconds');
}

function nameOf(value: unknown): MetricName {
  const input = (typeof value === 'object' && value !== null ? value : {}) as Input;
  return {
    Namespace: text(input, 'Namespace'),
    MetricName: text(input, 'MetricName'),
    Dimensions: dimensionsOf(input),
  };
}

function dimensionsOf({ Dimensions }: Input): Dimension[] {
  return items(Dimensions).map((one) => ({ Name: text(one, 'Name'), Value: text(one, 'Value') }));
}

const items = (value: unknown): Input[] =>
  Array.isArray(value)
    ? value.filter((item): item is Input => typeof item === 'object' && item !== null)
    : [];

function text(input: Input, member: string): string {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${member} must be a text`);
}

function number(input: Input, member: string): number {
  const value = input[member];
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof read === 'number' && Number.isFinite(read)) return read;
  throw invalid(`${member} must be a number`);
}

/**
 * Reads seconds since the epoch (JSON), the same with a tag (CBOR, RFC 8949 section 3.4.2), or ISO 8601
 * (query).
 */
function time(input: Input, member: string): number {
  const value = input[member];
  const tagged = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  const at =
    tagged instanceof Date
      ? tagged.getTime()
      : typeof tagged === 'number'
        ? tagged * SECOND_MS
        : typeof tagged === 'string'
          ? Date.parse(tagged)
          : Number.NaN;
  if (Math.abs(at) <= MAX_TIME_MS) return at;
  throw invalid(`${member} must be a time`);
}

function invalid(message: string): ApiError {
  return new ApiError(400, 'InvalidParameterValue', message);
}
