import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import { isObject } from '#platform';

/** The answer to the client. */
export interface HttpAnswer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
}

/** Headers that belong to the connection or that the gateway sets itself. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads the function's answer in payload format 2.0: with a `statusCode` it describes the response, without
 * one it is itself the JSON body. Undefined if it is malformed; the client then gets 500. Source: API Gateway
 * developer guide, "Lambda function response for format 2.0".
 */
export function answerOf(payload: string): HttpAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !('statusCode' in value)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payload };
  }
  const status = Number(value.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const body = value.body ?? '';
  const headers = headersOf(value.headers, value.cookies);
  if (typeof body !== 'string' || !headers) return undefined;
  return { status, headers, body: value.isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
}

/**
 * Reads the function's answer in payload format 1.0: it always describes the response, with a `statusCode`;
 * headers may have several values. Undefined if it is malformed; the client then gets 502. Source: API
 * Gateway developer guide, "Output format of a Lambda function for proxy integration".
 */
export function proxyAnswerOf(payload: string): HttpAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.statusCode === undefined) return undefined;
  const several = isObject(value.multiValueHeaders) ? value.multiValueHeaders : {};
  const joined = Object.entries(several).map(([name, values]) => [name, [values].flat().join(',')] as const);
  const headers = { ...Object.fromEntries(joined), ...(isObject(value.headers) ? value.headers : {}) };
  const body =
    typeof value.body === 'object' && value.body !== null ? JSON.stringify(value.body) : value.body;
  const answer = answerOf(JSON.stringify({ ...value, headers, body, cookies: undefined }));
  if (!answer) return undefined;
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type'))
    answer.headers['content-type'] = 'application/json';
  return answer;
}

function headersOf(given: unknown, cookies: unknown): OutgoingHttpHeaders | undefined {
  const headers: OutgoingHttpHeaders = { 'content-type': 'text/plain;charset=UTF-8' };
  if (given !== undefined && given !== null && !isObject(given)) return undefined;
  if (cookies !== undefined && cookies !== null && !Array.isArray(cookies)) return undefined;
  try {
    for (const [name, value] of Object.entries(given ?? {})) {
      const lower = name.toLowerCase();
      if (OWN_HEADERS.has(lower)) continue;
      if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
      validateHeaderName(lower);
      validateHeaderValue(lower, String(value));
      headers[lower] = String(value);
    }
    if (cookies?.length) {
      const lines = cookies.map(String);
      for (const line of lines) validateHeaderValue('set-cookie', line);
      headers['set-cookie'] = lines;
    }
  } catch {
    return undefined;
  }
  return headers;
}

/** The gateway's own answer: `{"message": …}`. */
export const ownAnswer = (
  status: number,
  message: string,
  headers: OutgoingHttpHeaders = {},
): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});
