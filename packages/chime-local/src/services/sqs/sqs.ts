/**
 * Amazon SQS in both of its protocols: JSON, which SDKs have used since the end of 2023, and the older query
 * protocol.
 */
import type { AwsRequest, AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { byProtocol } from '../rest/by-protocol.ts';
import { checkInputSize } from '../rest/input-limits.ts';
import { createJsonService, type JsonInput, type JsonOperation } from '../rest/json-service.ts';
import { createQueryService, FlatList, type QueryInput, type QueryOperation } from '../rest/query-service.ts';
import { QUERY_NAMES } from './errors.ts';
import { sqsOperations } from './operations.ts';
import type { Queues } from './queues.ts';

export interface SqsOptions {
  queues: Queues;
  accountId: string;
  /** The URL `http://127.0.0.1:PORT`. */
  endpoint: string;
}

export function createSqs({ queues, accountId, endpoint }: SqsOptions): AwsService {
  const operations = sqsOperations({ queues, urlOf: (name) => `${endpoint}/${accountId}/${name}` });
  const resourceOf = ({ QueueUrl, QueueName }: JsonInput): string[] => {
    const named = QueueUrl ?? QueueName;
    return typeof named === 'string' ? [queues.arnOf(named.slice(named.lastIndexOf('/') + 1))] : [];
  };
  const awsJson = createJsonService('SQS', ['sqs'], operations, resourceOf);
  const query = createQueryService({
    name: 'SQS',
    signingNames: ['sqs'],
    namespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, asQuery(name, operation)]),
    ),
    // Sizes are checked later, after the members have got their JSON names.
    checkSize: () => {},
    questions: (action, input, request) => {
      const resources = resourceOf(jsonInput(input, request));
      return [{ action: `sqs:${action}`, resources: resources.length > 0 ? resources : ['*'] }];
    },
  });
  return {
    ...byProtocol({ awsJson, query }),
    async close() {
      queues.close();
    },
  };
}

function asQuery(name: string, operation: JsonOperation): QueryOperation {
  return async (input, request) => {
    try {
      const converted = jsonInput(input, request);
      checkInputSize('sqs', name, converted);
      return queryAnswer(name, (await operation(converted, request)) as Record<string, unknown>);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new ApiError(error.status, QUERY_NAMES[error.code] ?? error.code, error.message);
    }
  };
}

/** Lists of names and values in the query protocol that are maps in JSON. */
const MAPS: Readonly<Record<string, [member: string, key: string, value: string]>> = {
  Attribute: ['Attributes', 'Name', 'Value'],
  MessageAttribute: ['MessageAttributes', 'Name', 'Value'],
  Tag: ['Tags', 'Key', 'Value'],
};
/** Lists that have different names in JSON. */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};

/** Converts an input of the query protocol to JSON. The queue may be named only by the path. */
function jsonInput(input: QueryInput, { rawPath }: Pick<AwsRequest, 'rawPath'>): JsonInput {
  return { ...(rawPath.length > 1 ? { QueueUrl: rawPath } : {}), ...convert(input) };
}

function convert(input: QueryInput): JsonInput {
  const converted: JsonInput = {};
  for (const [name, value] of Object.entries(input)) {
    const map = MAPS[name];
    const list = LISTS[name];
    if (map && Array.isArray(value)) {
      const [member, key, inner] = map;
      const pairs = (value as QueryInput[]).map((item) => [String(item[key]), item[inner]]);
      converted[member] = Object.fromEntries(pairs);
    } else if (list && Array.isArray(value)) {
      converted[list] = value.map((item) => (typeof item === 'object' ? convert(item as QueryInput) : item));
    } else converted[name] = value;
  }
  return converted;
}

const pairsOf = (map: unknown, key: string): FlatList =>
  new FlatList(Object.entries(map ?? {}).map(([name, Value]) => ({ [key]: name, Value })));

/** Converts an answer in JSON to the query protocol. */
function queryAnswer(operation: string, answer: Record<string, unknown>): object {
  const { QueueUrls, queueUrls, Messages, Attributes, Tags, Successful, Failed, ...rest } = answer;
  return {
    ...rest,
    ...(QueueUrls || queueUrls ? { QueueUrl: new FlatList((QueueUrls ?? queueUrls) as string[]) } : {}),
    ...(Attributes ? { Attribute: pairsOf(Attributes, 'Name') } : {}),
    ...(Tags ? { Tag: pairsOf(Tags, 'Key') } : {}),
    ...(Messages ? { Message: new FlatList((Messages as Record<string, unknown>[]).map(queryMessage)) } : {}),
    ...(Successful ? { [`${operation}ResultEntry`]: new FlatList(Successful as object[]) } : {}),
    ...(Failed ? { BatchResultErrorEntry: new FlatList(Failed as object[]) } : {}),
  };
}

function queryMessage({ Attributes, MessageAttributes, ...rest }: Record<string, unknown>): object {
  return {
    ...rest,
    ...(Attributes ? { Attribute: pairsOf(Attributes, 'Name') } : {}),
    ...(MessageAttributes ? { MessageAttribute: pairsOf(MessageAttributes, 'Name') } : {}),
  };
}
