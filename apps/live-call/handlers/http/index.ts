/** HTTP API events and answers (payload format 2.0), for the functions behind the operator API. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiError } from '#contract';

export type HttpRequest = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>;
export type HttpResponse = APIGatewayProxyStructuredResultV2 & { statusCode: number; body: string };

/** Maximum bytes of a request body; the largest legitimate one is a text to speak. */
export const MAX_BODY_BYTES = 16_384;

/** An error in the request: becomes a 400 that names the member. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** The members of the body. Throws {@link BadRequest} when the body is not a JSON object. */
export function readJsonObject(request: HttpRequest): Record<string, unknown> {
  const bytes = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) {
    throw new BadRequest(
      'body',
      `The body has ${bytes.length} bytes; at most ${MAX_BODY_BYTES} are allowed.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new BadRequest('body', 'The body is not JSON: send a JSON object.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequest('body', 'The body is not a JSON object: send one.');
  }
  return value as Record<string, unknown>;
}

export function json(statusCode: number, body: object): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

export function apiError(statusCode: number, code: string, message: string, field?: string): HttpResponse {
  const body: ApiError = { error: { code, message, ...(field === undefined ? {} : { field }) } };
  return json(statusCode, body);
}

/** Runs a function's work; a {@link BadRequest} becomes 400, anything else 500 (with a line in the log). */
export async function answerHttp(
  work: () => Promise<HttpResponse>,
  warn: (what: string, error: unknown) => void,
): Promise<HttpResponse> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BadRequest) return apiError(400, 'BadRequest', error.message, error.field);
    warn('The request could not be answered', error);
    return apiError(500, 'Internal', 'Something went wrong on our side. Try again; the log has the reason.');
  }
}
