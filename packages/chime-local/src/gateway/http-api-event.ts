import type { IncomingMessage } from 'node:http';
import type { HttpApi, HttpRoute } from './gateway.ts';
import type { Verdict } from './jwt-authorizer.ts';

/** The data from which the event is built. */
export interface EventFacts {
  api: HttpApi;
  route: HttpRoute;
  pathParameters: Record<string, string> | undefined;
  request: IncomingMessage;
  rawPath: string;
  rawQueryString: string;
  body: Buffer;
  verdict: (Verdict & { allowed: true }) | undefined;
  requestId: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Media types whose bodies are passed as text; all others are passed as base64. */
const TEXT_TYPE = /^(text\/|application\/(json|javascript|xml)\b|[^;]*\+(json|xml)\b)/i;

/**
 * The event for the function in payload format 2.0. Source: API Gateway developer guide, "Create AWS Lambda
 * proxy integrations for HTTP APIs".
 */
export function eventOf(facts: EventFacts): string {
  const { route, pathParameters, request, rawPath, rawQueryString, body } = facts;
  const isText = isTextual(request, body);
  const query = queryParameters(rawQueryString);
  return JSON.stringify({
    version: '2.0',
    routeKey: route.routeKey,
    rawPath,
    rawQueryString,
    cookies: request.headers.cookie?.split(/; */),
    headers: headersOf(request),
    queryStringParameters: query,
    requestContext: contextOf(facts),
    body: body.length > 0 ? body.toString(isText ? 'utf8' : 'base64') : undefined,
    pathParameters,
    isBase64Encoded: body.length > 0 && !isText,
  });
}

export function isTextual(request: IncomingMessage, body: Buffer): boolean {
  if (request.headers['content-encoding']) return false;
  const type = request.headers['content-type'];
  return type === undefined ? !body.includes(0) : TEXT_TYPE.test(type);
}

function contextOf({ api, route, request, rawPath, verdict, requestId, now }: EventFacts): unknown {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return {
    accountId: api.accountId,
    apiId: api.apiId,
    ...(verdict ? { authorizer: { jwt: { claims: verdict.claims, scopes: verdict.scopes } } } : {}),
    domainName: host,
    domainPrefix: api.apiId,
    http: {
      method: request.method,
      path: rawPath,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: route.routeKey,
    stage: '$default',
    time: commonLogTime(now),
    timeEpoch: now,
  };
}

export const sourceIp = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');

/**
 * Headers with lower-case names and repeated ones joined by commas. Cookies have a member of their own in the
 * event.
 */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (name !== 'cookie' && values) headers[name] = values.join(',');
  }
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], sourceIp(request)].filter(Boolean).join(', ');
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  headers['x-forwarded-proto'] = 'http';
  return headers;
}

function queryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (!rawQueryString) return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** e.g. `12/Mar/2020:19:03:58 +0000`. */
export function commonLogTime(now: number): string {
  const iso = new Date(now).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? '';
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
