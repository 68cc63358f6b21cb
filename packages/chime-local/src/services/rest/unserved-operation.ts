import type { AwsRequest } from '../ports.ts';
import { ApiError } from './api-error.ts';

/** How many characters of a client-chosen name or path are repeated in messages. Ours. */
const MAX_NAME = 100;
/** Maximum number of operations named to the client. Longer lists are in docs/fidelity.md. Ours. */
const MAX_SERVED = 40;

type Asked = Pick<AwsRequest, 'method' | 'rawPath' | 'tellUnserved'>;

/**
 * Reports on the terminal, once, which caller requested an operation that is not served.
 * @param operation its name, or method and path if only these identify it
 * @returns the message for the client, in the same form for every protocol
 */
export function tellUnserved(
  request: Asked,
  api: string,
  served: readonly string[],
  operation = `${request.method} ${request.rawPath}`,
): string {
  const asked = operation.slice(0, MAX_NAME);
  request.tellUnserved?.(asked);
  const those =
    served.length > MAX_SERVED ? '' : `; ${[...served].join(', ')} ${served.length === 1 ? 'is' : 'are'}`;
  return `${api} ${asked} is not served here${those}`;
}

/** The same as an error, for APIs whose operations are identified by method and path. */
export const unservedOperation = (
  request: Asked,
  api: string,
  served: readonly string[],
  operation?: string,
): ApiError => new ApiError(501, 'NotImplementedException', tellUnserved(request, api, served, operation));
