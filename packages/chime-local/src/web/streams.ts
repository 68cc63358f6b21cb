import type { ServerResponse } from 'node:http';

/**
 * Bytes that wait for a page to read them; beyond that it does not, and its stream ends: it may ask for another one. Ours: a
 * page reads within milliseconds, and one that stands still would keep all that is ever told.
 */
export const MAX_UNREAD_BYTES = 1_048_576;

/** Tells every page that still reads. */
export function tellStreams(streams: Iterable<ServerResponse>, text: string): void {
  for (const stream of streams) {
    if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
    else stream.write(text);
  }
}
