import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody } from '#platform';

/**
 * The whole body of a request, or undefined when it is longer than `maxBytes`: then the rest is read and thrown away, within
 * limits, so that the answer can still be heard. Rejects when the client goes away.
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
