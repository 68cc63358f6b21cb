/** The operations of SQS, in terms of the JSON protocol. */
import { ApiError } from '../rest/api-error.ts';
import type { JsonInput, JsonOperation } from '../rest/json-service.ts';
import { textOf } from '../rest/json-service.ts';
import { objectList, optionalText, textList, textMap, wholeNumber } from '../rest/members.ts';
import { pageOf } from '../rest/paging.ts';
import { attributesDigest, bodyDigest } from './digests.ts';
import { invalidValue } from './errors.ts';
import { numberAttribute, numberAttributes, readRedrivePolicy } from './queue-settings.ts';
import type { MessageAttribute, NewMessage, QueueRecord, Queues, ReceivedMessage } from './queues.ts';

/** Maximum number of messages per ReceiveMessage. SQS API reference. */
const MAX_RECEIVED = 10;
/** Maximum number of queues per page. SQS API reference, ListQueues. */
const MAX_LISTED = 1000;

export interface SqsOperationsOptions {
  queues: Queues;
  /** The URL of a queue: the endpoint with account and queue name. */
  urlOf(name: string): string;
}

const queueOf = (queues: Queues, input: JsonInput): QueueRecord => queues.get(textOf(input, 'QueueUrl'));

export function sqsOperations({ queues, urlOf }: SqsOperationsOptions): Record<string, JsonOperation> {
  return {
    ...queueOperations(queues, urlOf),
    ...settingOperations(queues),
    ...sendOperations(queues),
    ...receiveOperations(queues),
  };
}

/** Operations that create, find and delete queues. */
function queueOperations(
  queues: Queues,
  urlOf: SqsOperationsOptions['urlOf'],
): Record<string, JsonOperation> {
  return {
    CreateQueue(input) {
      const tags = { ...textMap(input, 'tags'), ...textMap(input, 'Tags') };
      const queue = queues.create(textOf(input, 'QueueName'), textMap(input, 'Attributes'), tags);
      return { QueueUrl: urlOf(queue.name) };
    },
    GetQueueUrl: (input) => ({ QueueUrl: urlOf(queues.get(textOf(input, 'QueueName')).name) }),
    ListQueues(input) {
      const listed = queues.list(optionalText(input, 'QueueNamePrefix'));
      const most = wholeNumber(input, 'MaxResults', { min: 1, max: MAX_LISTED }) ?? MAX_LISTED;
      const { items, nextToken } = pageOf(listed, ({ name }) => name, most, optionalText(input, 'NextToken'));
      return { QueueUrls: items.map(({ name }) => urlOf(name)), NextToken: nextToken };
    },
    ListDeadLetterSourceQueues(input) {
      const { arn } = queueOf(queues, input);
      const sources = queues.list().filter(({ attributes }) => {
        return (
          attributes.RedrivePolicy && readRedrivePolicy(attributes.RedrivePolicy).deadLetterTargetArn === arn
        );
      });
      return { queueUrls: sources.map(({ name }) => urlOf(name)) };
    },
    DeleteQueue(input) {
      queues.delete(queueOf(queues, input).name);
      return {};
    },
    PurgeQueue(input) {
      queues.purge(queueOf(queues, input).name);
      return {};
    },
  };
}

/** Operations on the attributes and tags of a queue. */
function settingOperations(queues: Queues): Record<string, JsonOperation> {
  return {
    GetQueueAttributes: (input) => ({
      Attributes: attributesOf(queues, queueOf(queues, input), textList(input, 'AttributeNames')),
    }),
    SetQueueAttributes(input) {
      queues.setAttributes(queueOf(queues, input).name, textMap(input, 'Attributes'));
      return {};
    },
    TagQueue(input) {
      const { name, tags } = queueOf(queues, input);
      queues.setTags(name, { ...tags, ...textMap(input, 'Tags') });
      return {};
    },
    UntagQueue(input) {
      const { name, tags } = queueOf(queues, input);
      const gone = textList(input, 'TagKeys');
      queues.setTags(name, Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.includes(key))));
      return {};
    },
    ListQueueTags: (input) => ({ Tags: queueOf(queues, input).tags }),
  };
}

function sendOperations(queues: Queues): Record<string, JsonOperation> {
  const send = (queue: QueueRecord, input: JsonInput, senderId: string): object => {
    const message = messageOf(input, senderId);
    const { id, sequenceNumber } = queues.send(queue.name, message);
    return {
      MessageId: id,
      MD5OfMessageBody: bodyDigest(message.body),
      MD5OfMessageAttributes: attributesDigest(message.attributes),
      SequenceNumber: queue.name.endsWith('.fifo') ? sequenceNumber : undefined,
    };
  };
  return {
    SendMessage: (input, { caller }) => send(queueOf(queues, input), input, caller.accessKeyId),
    SendMessageBatch: (input, { caller }) =>
      batch(queueOf(queues, input), input, (queue, entry) => send(queue, entry, caller.accessKeyId)),
  };
}

/** Operations that receive messages, delete them and change their visibility. */
function receiveOperations(queues: Queues): Record<string, JsonOperation> {
  const changeVisibility = (queue: QueueRecord, input: JsonInput): void => {
    const seconds = wholeNumber(input, 'VisibilityTimeout', { min: 0, max: 43_200 }) ?? 0;
    queues.changeVisibility(queue.name, textOf(input, 'ReceiptHandle'), seconds);
  };
  return {
    async ReceiveMessage(input, request) {
      const queue = queueOf(queues, input);
      const gone = new AbortController();
      request.response.once('close', () => gone.abort());
      const messages = await queues.receive(queue.name, {
        max: wholeNumber(input, 'MaxNumberOfMessages', { min: 1, max: MAX_RECEIVED }) ?? 1,
        visibilitySeconds: wholeNumber(input, 'VisibilityTimeout', { min: 0, max: 43_200 }),
        waitMs: 1000 * (wholeNumber(input, 'WaitTimeSeconds', { min: 0, max: 20 }) ?? waitOf(queue)),
        signal: gone.signal,
      });
      const system = [
        ...textList(input, 'AttributeNames'),
        ...textList(input, 'MessageSystemAttributeNames'),
      ];
      const wanted = textList(input, 'MessageAttributeNames');
      return {
        Messages: messages.length > 0 ? messages.map((one) => showMessage(one, system, wanted)) : undefined,
      };
    },
    DeleteMessage(input) {
      queues.deleteMessage(queueOf(queues, input).name, textOf(input, 'ReceiptHandle'));
      return {};
    },
    DeleteMessageBatch: (input) =>
      batch(queueOf(queues, input), input, ({ name }, entry) => {
        queues.deleteMessage(name, textOf(entry, 'ReceiptHandle'));
        return {};
      }),
    ChangeMessageVisibility(input) {
      changeVisibility(queueOf(queues, input), input);
      return {};
    },
    ChangeMessageVisibilityBatch: (input) =>
      batch(queueOf(queues, input), input, (queue, entry) => {
        changeVisibility(queue, entry);
        return {};
      }),
  };
}

const waitOf = ({ attributes }: QueueRecord): number =>
  numberAttribute(attributes, 'ReceiveMessageWaitTimeSeconds');

function messageOf(input: JsonInput, senderId: string): NewMessage {
  const attributes = (input.MessageAttributes ?? {}) as Record<string, MessageAttribute>;
  for (const [name, { DataType, StringValue, BinaryValue } = {} as MessageAttribute] of Object.entries(
    attributes,
  )) {
    const good = typeof DataType === 'string' && typeof (StringValue ?? BinaryValue) === 'string';
    if (!good) throw invalidValue(`The message attribute '${name}' must contain a DataType and a value.`);
  }
  const body = textOf(input, 'MessageBody');
  if (body === '')
    throw new ApiError(400, 'MissingParameter', 'The request must contain the parameter MessageBody.');
  return {
    body,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    delaySeconds: wholeNumber(input, 'DelaySeconds', { min: 0, max: 900 }),
    groupId: optionalText(input, 'MessageGroupId'),
    deduplicationId: optionalText(input, 'MessageDeduplicationId'),
    senderId,
  };
}

/** Performs the entries of a batch individually. A failing entry does not affect the others. */
function batch(
  queue: QueueRecord,
  input: JsonInput,
  perform: (queue: QueueRecord, entry: JsonInput) => object,
): object {
  const entries = objectList(input, 'Entries');
  const ids = entries.map((entry) => textOf(entry, 'Id'));
  if (entries.length === 0) {
    throw new ApiError(400, 'EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (new Set(ids).size < ids.length) {
    throw new ApiError(400, 'BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  const outcome: { Successful: object[]; Failed: object[] } = { Successful: [], Failed: [] };
  entries.forEach((entry, n) => {
    try {
      outcome.Successful.push({ Id: ids[n], ...perform(queue, entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      outcome.Failed.push({ Id: ids[n], SenderFault: true, Code: error.code, Message: error.message });
    }
  });
  return outcome;
}

function attributesOf(
  queues: Queues,
  queue: QueueRecord,
  names: string[],
): Record<string, string> | undefined {
  const { visible, inFlight, delayed } = queues.counts(queue.name);
  const all: Record<string, string> = {
    ...numberAttributes(queue.attributes),
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
  const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
}

function showMessage(message: ReceivedMessage, system: string[], wanted: string[]): object {
  const facts: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
  };
  const shown = Object.entries(facts).filter(
    ([name, value]) => value !== undefined && (system.includes('All') || system.includes(name)),
  );
  const fits = (name: string): boolean =>
    wanted.some(
      (one) => one === 'All' || one === name || (/\.\*$/.test(one) && name.startsWith(one.slice(0, -2))),
    );
  const attributes = Object.fromEntries(
    Object.entries(message.attributes ?? {}).filter(([name]) => fits(name)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: bodyDigest(message.body),
    Attributes: shown.length > 0 ? Object.fromEntries(shown) : undefined,
    MessageAttributes: Object.keys(attributes).length > 0 ? attributes : undefined,
    MD5OfMessageAttributes: attributesDigest(attributes),
  };
}
