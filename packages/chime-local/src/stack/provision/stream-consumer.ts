/** A table's stream as the event source of a function. Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB". */
import type { DynamoDb, ItemChange } from '#aws';
import type { LambdaRunner } from '#lambda-runner';
import type { Clock, Ids, Log } from '#platform';
import { type EventSourceSettings, eventSourceSettings, failuresIn, passesFilters } from './event-source.ts';

/**
 * Milliseconds before a failed batch is retried: the first delay, which doubles each time, and the longest.
 * Our choice.
 */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** Maximum number of waiting records; the oldest are dropped. The service keeps them for a day. */
const MAX_WAITING = 10_000;
/** Maximum number of records per invocation by default. API reference, CreateEventSourceMapping. */
const DEFAULT_BATCH = 100;

export interface StreamSettings extends EventSourceSettings {
  /** Maximum number of records per invocation. */
  batchSize: number;
  /** Milliseconds for which a batch waits for more records. */
  windowMs: number;
  /** Retries after the first attempt; -1: until it succeeds. */
  retries: number;
}

export interface StreamConsumerParts extends StreamSettings {
  tables: Pick<DynamoDb, 'watch' | 'streamViewType'>;
  functions: Pick<LambdaRunner, 'invoke'>;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/** The settings of `AWS::Lambda::EventSourceMapping`. */
export function streamSettings(properties: Record<string, unknown>): StreamSettings {
  return {
    ...eventSourceSettings(properties),
    batchSize: Number(properties.BatchSize ?? DEFAULT_BATCH),
    windowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    retries: Number(properties.MaximumRetryAttempts ?? -1),
  };
}

interface StreamRecord {
  dynamodb: { SequenceNumber: string };
}

/**
 * Passes changes to the function in order; a failed batch is retried before others.
 * @returns a function that ends this
 */
export function startStreamConsumer(parts: StreamConsumerParts): () => void {
  const { tables, functions, clock, log, sourceArn, functionArn, batchSize, windowMs, retries } = parts;
  const table = /:table\/([^/]+)/.exec(sourceArn)?.[1] ?? '';
  const waiting: StreamRecord[] = [];
  let [attempts, stopped, busy, sequence] = [0, false, false, 0];
  let cancel = (): void => {};
  const later = (ms: number): void => {
    busy = true;
    cancel = clock.after(ms, () => {
      busy = false;
      void next();
    });
  };
  const settle = (batch: readonly StreamRecord[], failedAt: number): void => {
    const failed = failedAt < batch.length;
    waiting.splice(0, failedAt);
    // The rest of a partially failed batch counts as a batch of its own.
    attempts = failed ? (failedAt > 0 ? 0 : attempts) + 1 : 0;
    if (failed && retries >= 0 && attempts > retries) {
      log.warn(
        `${functionArn} failed with ${batch.length - failedAt} changes of ${table}: they are given up.`,
      );
      waiting.splice(0, batch.length - failedAt);
      attempts = 0;
    } else if (failed) {
      if (attempts === 1) log.warn(`${functionArn} failed with changes of ${table}: they come again.`);
      later(Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS));
    }
    // Does nothing while a retry is pending.
    void next();
  };
  const next = async (): Promise<void> => {
    if (busy || stopped || waiting.length === 0) return;
    busy = true;
    const batch = waiting.slice(0, batchSize);
    const failedAt = await invoke(parts, functions, batch).catch(() => 0);
    busy = false;
    if (!stopped) settle(batch, failedAt);
  };
  const unwatch = tables.watch(table, (change) => {
    const viewType = tables.streamViewType(table);
    const record = viewType && recordOf(change, viewType, ++sequence, parts);
    if (!record || !passesFilters(record, parts.patterns)) return;
    waiting.push(record);
    if (waiting.length > MAX_WAITING) waiting.shift();
    if (!busy) later(windowMs);
  });
  return () => {
    stopped = true;
    unwatch();
    cancel();
  };
}

/** Index of the first record that failed; the number of records if none did. */
async function invoke(
  settings: StreamSettings,
  functions: StreamConsumerParts['functions'],
  Records: readonly StreamRecord[],
): Promise<number> {
  const { payload, functionError } = await functions.invoke(
    settings.functionArn,
    JSON.stringify({ Records }),
  );
  if (functionError) return 0;
  const failures = failuresIn(payload, settings);
  if (failures.length === 0) return Records.length;
  return Math.max(
    0,
    Records.findIndex(({ dynamodb }) => failures.includes(dynamodb.SequenceNumber)),
  );
}

/** One stream record. DynamoDB Streams API reference, Record. */
function recordOf(
  { keys, before, after, expired }: ItemChange,
  viewType: string,
  sequence: number,
  { sourceArn, clock, ids }: StreamConsumerParts,
) {
  const isNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const isOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const images = {
    ...(isNew && after ? { NewImage: after } : {}),
    ...(isOld && before ? { OldImage: before } : {}),
  };
  const eventName = after ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE';
  return {
    eventID: ids.hex(16),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: sourceArn.split(':')[3],
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(clock.now() / 1000),
      Keys: keys,
      ...images,
      // 21 digits that increase within a stream, also over a restart.
      SequenceNumber: `${clock.now()}${String(sequence).padStart(8, '0')}`,
      SizeBytes: Buffer.byteLength(JSON.stringify({ keys, ...images })),
      StreamViewType: viewType,
    },
    eventSourceARN: sourceArn,
    ...(expired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
  };
}
