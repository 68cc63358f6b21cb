import type { AwsRequest } from '../ports.ts';
import { ApiError } from './api-error.ts';

/** Characters of a name or path that a stranger chose which are repeated. Ours. */
const MAX_NAME = 100;
/** Operations that are named to the client; those of a longer list are in docs/fidelity.md. Ours. */
const MAX_SERVED = 40;

type Asked = Pick<AwsRequest, 'method' | 'rawPath' | 'tellUnserved'>;

/**
 * Tells the terminal, once, who asked for an operation that is not served.
 * @param operation its name; method and path where only those tell
 * @returns the sentence for the client, of one shape in every protocol
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

/** The same as the error of an API that is told apart by method and path. */
export const unservedOperation = (
  request: Asked,
  api: string,
  served: readonly string[],
  operation?: string,
): ApiError => new ApiError(501, 'NotImplementedException', tellUnserved(request, api, served, operation));
