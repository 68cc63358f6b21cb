import type { IncomingMessage } from 'node:http';
import type { RestApi, RestMethod } from './gateway.ts';
import { commonLogTime, isTextual, sourceIp } from './http-api-event.ts';

/** The data from which the event is built. */
export interface RestEventFacts {
  api: RestApi;
  stage: string;
  method: RestMethod;
  pathParameters: Record<string, string> | undefined;
  request: IncomingMessage;
  /** The path after the stage, decoded. */
  path: string;
  rawQueryString: string;
  body: Buffer;
  claims: Record<string, string> | undefined;
  requestId: string;
  /** Milliseconds since the epoch. */
  now: number;
}

type Single = Record<string, string> | null;
type Multi = Record<string, string[]> | null;

/** The last value of each name alone, and all values of each name. Null if there are none. */
function valuesOf(pairs: Iterable<readonly [string, string]>): { single: Single; multi: Multi } {
  const multi = new Map<string, string[]>();
  for (const [name, value] of pairs) multi.set(name, [...(multi.get(name) ?? []), value]);
  if (multi.size === 0) return { single: null, multi: null };
  const single = [...multi].map(([name, values]) => [name, values.at(-1) ?? ''] as const);
  return { single: Object.fromEntries(single), multi: Object.fromEntries(multi) };
}

/** Header names and values as the client wrote them. */
function* headerPairs({ rawHeaders }: IncomingMessage): Generator<readonly [string, string]> {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    yield [rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''];
  }
}

/**
 * The event in payload format 1.0. Source: API Gateway developer guide, "Set up Lambda proxy integrations".
 */
export function restEventOf(facts: RestEventFacts): string {
  const { api, stage, method, pathParameters, request, path, body, requestId, now } = facts;
  const isText = isTextual(request, body);
  const headers = valuesOf(headerPairs(request));
  const query = valuesOf(new URLSearchParams(facts.rawQueryString));
  const address = sourceIp(request);
  return JSON.stringify({
    resource: method.path,
    path,
    httpMethod: request.method,
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: query.single,
    multiValueQueryStringParameters: query.multi,
    pathParameters: pathParameters ?? null,
    stageVariables: null,
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(facts.claims ? { authorizer: { claims: facts.claims } } : {}),
      domainName: (request.headers.host ?? '').replace(/:\d+$/, ''),
      domainPrefix: api.apiId,
      extendedRequestId: requestId,
      httpMethod: request.method,
      identity: { sourceIp: address, userAgent: request.headers['user-agent'] ?? null },
      path: `/${stage}${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: commonLogTime(now),
      requestTimeEpoch: now,
      resourcePath: method.path,
      stage,
    },
    body: body.length > 0 ? body.toString(isText ? 'utf8' : 'base64') : null,
    isBase64Encoded: body.length > 0 && !isText,
  });
}
