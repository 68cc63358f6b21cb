/** A queue as the event source of a function. Lambda developer guide, "Using Lambda with Amazon SQS". */
import { createHash } from 'node:crypto';
import type { Queues } from '#aws';
import type { LambdaRunner } from '#lambda-runner';
import type { Log } from '#platform';

/** Milliseconds of one long poll for messages. */
const WAIT_MS = 20_000;
/** Maximum number of messages that one receive returns. SQS developer guide: 10. */
const MAX_BATCH = 10;

export interface QueueConsumerParts {
  queues: Pick<Queues, 'receive' | 'deleteMessage' | 'find' | 'closed'>;
  functions: Pick<LambdaRunner, 'invoke'>;
  log: Log;
  sourceArn: string;
  functionArn: string;
  batchSize: number;
}

/**
 * Messages are deleted after their function succeeded; others reappear after their visibility time-out.
 * @returns a function that ends this
 */
export function startQueueConsumer(parts: QueueConsumerParts): () => void {
  const { queues, functions, log, sourceArn, functionArn } = parts;
  const stop = new AbortController();
  const queueName = sourceArn.split(':').at(-1) ?? '';
  const max = Math.min(parts.batchSize, MAX_BATCH);
  const take = async (): Promise<boolean> => {
    const messages = await queues.receive(queueName, { max, waitMs: WAIT_MS, signal: stop.signal });
    const goesOn = !stop.signal.aborted && !queues.closed && queues.find(queueName) !== undefined;
    if (messages.length === 0 || !goesOn) return goesOn;
    const Records = messages.map((message) => ({
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: message.senderId ?? '',
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      },
      messageAttributes: message.attributes ?? {},
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: sourceArn,
      awsRegion: sourceArn.split(':')[3],
    }));
    const { functionError } = await functions.invoke(functionArn, JSON.stringify({ Records }));
    if (functionError) log.warn(`${functionArn} failed with messages of ${queueName}: they come again.`);
    else for (const { receipt } of messages) queues.deleteMessage(queueName, receipt);
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
