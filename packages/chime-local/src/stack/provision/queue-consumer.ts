/** A queue as the event source of a function. Lambda developer guide, "Using Lambda with Amazon SQS". */
import { createHash } from 'node:crypto';
import type { Queues } from '#aws';
import type { LambdaRunner } from '#lambda-runner';
import type { Log } from '#platform';
import { type EventSourceSettings, eventSourceSettings, failuresIn, passesFilters } from './event-source.ts';

/** Milliseconds of one long poll for messages. */
const WAIT_MS = 20_000;
/** Maximum number of messages that one receive returns. SQS developer guide: 10. */
const MAX_BATCH = 10;

export interface QueueSettings extends EventSourceSettings {
  /** Maximum number of messages per invocation. */
  batchSize: number;
}

export interface QueueConsumerParts extends QueueSettings {
  queues: Pick<Queues, 'receive' | 'deleteMessage' | 'find' | 'closed'>;
  functions: Pick<LambdaRunner, 'invoke'>;
  log: Log;
}

/** The settings of `AWS::Lambda::EventSourceMapping`. */
export function queueSettings(properties: Record<string, unknown>): QueueSettings {
  return {
    ...eventSourceSettings(properties),
    batchSize: Math.min(Number(properties.BatchSize ?? MAX_BATCH), MAX_BATCH),
  };
}

/**
 * Messages are deleted after their function succeeded, or if the filters leave them out; others reappear after
 * their visibility time-out.
 * @returns a function that ends this
 */
export function startQueueConsumer(parts: QueueConsumerParts): () => void {
  const { queues, functions, log, sourceArn, functionArn, batchSize } = parts;
  const stop = new AbortController();
  const queueName = sourceArn.split(':').at(-1) ?? '';
  const take = async (): Promise<boolean> => {
    const messages = await queues.receive(queueName, {
      max: batchSize,
      waitMs: WAIT_MS,
      signal: stop.signal,
    });
    const goesOn = !stop.signal.aborted && !queues.closed && queues.find(queueName) !== undefined;
    if (messages.length === 0 || !goesOn) return goesOn;
    const records = messages.map((message) => recordOf(message, sourceArn));
    const wanted = records.filter((record) => passesFilters(forFilters(record), parts.patterns));
    const failed = wanted.length > 0 ? await failedIn(parts, functions, wanted) : [];
    if (failed.length > 0)
      log.warn(`${functionArn} failed with ${failed.length} messages of ${queueName}: they come again.`);
    for (const record of records)
      if (!failed.includes(record)) queues.deleteMessage(queueName, record.receiptHandle);
    return true;
  };
  const run = async (): Promise<void> => {
    while (await take());
  };
  run().catch((error: Error) => {
    if (!stop.signal.aborted) log.warn(`${queueName} invokes ${functionArn} no longer: ${error.message}`);
  });
  return () => stop.abort();
}

type ReceivedMessage = Awaited<ReturnType<Queues['receive']>>[number];
type QueueRecord = ReturnType<typeof recordOf>;

/** Invokes the function; returns the records with which it failed, all if its report names one that it did not get. */
async function failedIn(
  settings: QueueSettings,
  functions: QueueConsumerParts['functions'],
  Records: readonly QueueRecord[],
): Promise<readonly QueueRecord[]> {
  const { payload, functionError } = await functions.invoke(
    settings.functionArn,
    JSON.stringify({ Records }),
  );
  if (functionError) return Records;
  const named = failuresIn(payload, settings);
  const failed = Records.filter(({ messageId }) => named.includes(messageId));
  return new Set(named).size === failed.length ? failed : Records;
}

/** A filter sees the members of a body that is JSON. Lambda developer guide, "Using event filtering with SQS". */
function forFilters(record: QueueRecord): object {
  try {
    return { ...record, body: JSON.parse(record.body) as unknown };
  } catch {
    return record;
  }
}

/** One record of the function's event. */
function recordOf(message: ReceivedMessage, sourceArn: string) {
  const attributes = Object.entries(message.attributes ?? {}).map(([name, attribute]) => {
    const { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue } = attribute;
    return [
      name,
      { stringValue, binaryValue, stringListValues: [], binaryListValues: [], dataType },
    ] as const;
  });
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      SenderId: message.senderId ?? '',
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      MessageGroupId: message.groupId,
      MessageDeduplicationId: message.deduplicationId,
    },
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: sourceArn,
    awsRegion: sourceArn.split(':')[3],
  };
}
