import type { AwsRequest } from '../ports.ts';
import { ApiError } from './api-error.ts';

/** Characters of a path that are told. */
const MAX_PATH = 100;

/**
 * Tells the terminal of a request that is none of an API's operations; gives the error for the client.
 * @param served the API and its operations: `Amazon Lex, RecognizeText, …`
 */
export function unservedPath(request: AwsRequest, served: string): ApiError {
  const asked = `${request.method} ${request.rawPath.slice(0, MAX_PATH)}`;
  request.tellUnserved?.(asked);
  return new ApiError(501, 'NotImplementedException', `${asked}: of ${served} are served here`);
}
