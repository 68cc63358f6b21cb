/** What the event sources of functions, queues and streams, have in common. Lambda API reference, CreateEventSourceMapping. */
import { fitsPattern } from '#aws';

export interface EventSourceSettings {
  sourceArn: string;
  functionArn: string;
  /** Whether the function's answer names the failed records. */
  reportsFailures: boolean;
  /** Filter patterns of the mapping; if there are any, a record must match one. */
  patterns: readonly Record<string, unknown>[];
}

/** The settings of `AWS::Lambda::EventSourceMapping` that every kind of source has. */
export function eventSourceSettings(properties: Record<string, unknown>): EventSourceSettings {
  const filters =
    (properties.FilterCriteria as { Filters?: { Pattern?: string }[] } | undefined)?.Filters ?? [];
  const types = [properties.FunctionResponseTypes ?? []].flat();
  return {
    sourceArn: String(properties.EventSourceArn),
    functionArn: String(properties.FunctionName),
    reportsFailures: types.includes('ReportBatchItemFailures'),
    patterns: filters.map(({ Pattern = '{}' }) => JSON.parse(Pattern) as Record<string, unknown>),
  };
}

/** Whether the record passes the mapping's filters. */
export const passesFilters = (record: object, patterns: EventSourceSettings['patterns']): boolean =>
  patterns.length === 0 || patterns.some((pattern) => fitsPattern(pattern, record));

type Report = { batchItemFailures?: ({ itemIdentifier?: unknown } | null)[] } | null;

/** The records that a function's answer names as failed. */
export function failuresIn(payload: string, { reportsFailures }: EventSourceSettings): string[] {
  const { batchItemFailures: named } = (reportsFailures && (JSON.parse(payload) as Report)) || {};
  return Array.isArray(named) ? named.map((one) => String(one?.itemIdentifier)) : [];
}
