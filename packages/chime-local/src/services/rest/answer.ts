/** Writes answers of the restJson1 protocol. */
import type { ServerResponse } from 'node:http';
import type { ApiError } from './api-error.ts';

/** Writes a JSON body, or only the status if there is none. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: object | undefined,
  headers: Record<string, string>,
): void {
  if (body === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': '0' });
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Writes an error: its exception in the header, where SDKs look first, and its short code in the body. */
export function answerError(response: ServerResponse, error: ApiError, requestId: string): void {
  const body = { Code: shortCode(error.code), Message: error.message, RequestId: requestId };
  const retry: Record<string, string> = error.status === 503 ? { 'retry-after': '1' } : {};
  answerJson(response, error.status, body, {
    ...retry,
    'x-amzn-errortype': error.code,
    'x-amzn-requestid': requestId,
  });
}

/** Exceptions whose short codes are not simply the name without its suffix (ErrorCode of the voice model). */
const SHORT_CODES: Readonly<Record<string, string>> = {
  ThrottledClientException: 'Throttled',
  UnauthorizedClientException: 'Unauthorized',
  UnprocessableEntityException: 'Unprocessable',
};

function shortCode(exception: string): string {
  return SHORT_CODES[exception] ?? exception.replace(/Exception$/, '');
}
