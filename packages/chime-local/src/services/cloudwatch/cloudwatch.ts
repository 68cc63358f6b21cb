/** Amazon CloudWatch, as far as functions write to it: metrics are taken and told to the log, nothing is kept. */
import { cbor } from '@smithy/core/cbor';
import type { Log } from '#platform';
import { operationOf } from '../front/unserved.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { createJsonService } from '../rest/json-service.ts';
import { createQueryService } from '../rest/query-service.ts';

/** SDKs of different ages ask in CBOR, in JSON or by the query protocol. */
export function createCloudWatch({ log }: { log: Log }): AwsService {
  const putMetricData = (input: object): object => {
    const { Namespace, MetricData } = input as { Namespace?: unknown; MetricData?: unknown };
    const names = (Array.isArray(MetricData) ? MetricData : []).map((one) => String(one?.MetricName));
    log.debug(`metrics of ${String(Namespace)}: ${names.join(', ')}`);
    return {};
  };
  const json = createJsonService('CloudWatch', ['monitoring'], { PutMetricData: putMetricData });
  const query = createQueryService({
    name: 'CloudWatch',
    signingNames: ['monitoring'],
    namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    operations: { PutMetricData: putMetricData },
  });
  return {
    signingNames: ['monitoring'],
    operations: json.operations ?? [],
    questions: (request) => [{ action: `cloudwatch:${operationOf(request)}`, resources: ['*'] }],
    async handle(request) {
      if (request.protocol === 'cbor') return answerInCbor(request, putMetricData);
      return request.protocol === 'query' ? query.handle(request) : json.handle(request);
    },
  };
}

function answerInCbor(request: AwsRequest, putMetricData: (input: object) => object): void {
  const served = operationOf(request) === 'PutMetricData';
  if (!served) request.tellUnserved?.(operationOf(request));
  const answer = served
    ? putMetricData(inputOf(request))
    : { __type: 'UnknownOperationException', message: 'Of CloudWatch only PutMetricData is served here' };
  const body = cbor.serialize(answer);
  request.response.writeHead(served ? 200 : 400, {
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
    'content-length': body.length,
    'x-amzn-requestid': request.requestId,
  });
  request.response.end(body);
}

/** What cannot be read is an empty input: nothing of it is kept anyway. */
function inputOf({ body, headers }: AwsRequest): object {
  if (!body || body.length === 0 || headers['content-encoding'] !== undefined) return {};
  try {
    return cbor.deserialize(body) as object;
  } catch {
    return {};
  }
}
