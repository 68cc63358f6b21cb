import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody } from '#platform';

/**
 * The whole body of a request, or undefined if it is longer than `maxBytes`: then the rest is read and
 * discarded, within limits, so that the client can still receive the answer. Rejects if the client
 * disconnects.
 */
export async function readBodyWithin(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | undefined> {
  try {
    return await readBody(request, maxBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}
