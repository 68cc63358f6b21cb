/**
 * Amazon CloudWatch metrics: functions and services write them, and users read them. Alarms and dashboards do
 * nothing.
 */
import { gunzipSync } from 'node:zlib';
import { cbor, dateToTag } from '@smithy/core/cbor';
import type { Log } from '#platform';
import { operationOf } from '../front/unserved.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService } from '../rest/json-service.ts';
import { createQueryService } from '../rest/query-service.ts';
import { tellUnserved } from '../rest/unserved-operation.ts';
import { strangeTag } from './cbor-tags.ts';
import type { MetricStore } from './metric-store.ts';
import { type Input, metricOperations, type Operation } from './operations.ts';

/** Maximum number of fields in a form. Ours: the 1 MB of PutMetricData in fields of about 40 bytes. */
const MAX_FORM_FIELDS = 25_000;
/** Maximum size of a request in bytes. API reference: PutMetricData. */
const MAX_REQUEST_BYTES = 1_048_576;

/** Depending on their age, SDKs send CBOR, JSON or the query protocol. */
export function createCloudWatch({ log, metrics }: { log: Log; metrics: MetricStore }): AwsService {
  const operations = metricOperations(metrics, (text) => log.debug(text));
  const inJson = Object.entries(operations).map(([name, perform]) => [
    name,
    (input: Input) => withDates(perform(input), (date) => date.getTime() / 1_000) as object,
  ]);
  const json = createJsonService('CloudWatch', ['monitoring'], Object.fromEntries(inJson));
  const query = createQueryService({
    name: 'CloudWatch',
    signingNames: ['monitoring'],
    namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    operations,
  });
  return {
    signingNames: ['monitoring'],
    operations: json.operations ?? [],
    maxFormFields: MAX_FORM_FIELDS,
    questions: (request) => [{ action: `cloudwatch:${operationOf(request)}`, resources: ['*'] }],
    async handle(request) {
      if (request.protocol === 'cbor') return answerInCbor(request, operations);
      return request.protocol === 'query' ? query.handle(request) : json.handle(request);
    },
  };
}

function answerInCbor(request: AwsRequest, operations: Record<string, Operation>): void {
  const { status, answer } = outcomeOf(request, operations);
  const body = cbor.serialize(withDates(answer, dateToTag));
  request.response.writeHead(status, {
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
    'content-length': body.length,
    'x-amzn-requestid': request.requestId,
  });
  request.response.end(body);
}

function outcomeOf(
  request: AwsRequest,
  operations: Record<string, Operation>,
): { status: number; answer: object } {
  const name = operationOf(request);
  const perform = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!perform) {
    const message = tellUnserved(request, 'CloudWatch', Object.keys(operations), name);
    return { status: 400, answer: { __type: 'UnknownOperationException', message } };
  }
  try {
    return { status: 200, answer: perform(inputOf(request)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, answer: { __type: error.code, message: error.message } };
  }
}

/** @throws ApiError if the body cannot be read */
function inputOf({ body, headers }: AwsRequest): Input {
  if (!body || body.length === 0) return {};
  try {
    const zipped = headers['content-encoding'] === 'gzip';
    const bytes = zipped ? gunzipSync(body, { maxOutputLength: MAX_REQUEST_BYTES }) : body;
    const readable = bytes.length <= MAX_REQUEST_BYTES && strangeTag(bytes) === undefined;
    const input: unknown = readable ? cbor.deserialize(bytes) : undefined;
    if (typeof input === 'object' && input !== null) return input as Input;
  } catch {
    // The error is thrown below.
  }
  throw new ApiError(
    400,
    'SerializationException',
    `The body is no CBOR of at most ${MAX_REQUEST_BYTES} bytes whose only tags are times`,
  );
}

/** Returns the answer with its dates in the protocol's format. */
function withDates(value: unknown, write: (date: Date) => unknown): unknown {
  if (value instanceof Date) return write(value);
  if (Array.isArray(value)) return value.map((item) => withDates(item, write));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withDates(inner, write)]));
}
