import type { ServerResponse } from 'node:http';

/**
 * Maximum number of bytes that may wait for a page to read them; beyond that its stream is ended, and it may
 * request another one. Our choice: a page reads within milliseconds, and all messages for a stalled one would
 * be kept in memory.
 */
export const MAX_UNREAD_BYTES = 1_048_576;

/** Maximum number of streams of one kind at a time; each page has one. Our choice. */
export const MAX_STREAMS = 50;

/**
 * Makes room for another stream: if the maximum is reached, the oldest stream is ended. A live page reopens
 * it within seconds. Stalled pages cannot be told from quiet ones, but in this way they lock nobody out.
 */
export function makeRoom(streams: Set<ServerResponse>): void {
  const [oldest] = streams;
  if (!oldest || streams.size < MAX_STREAMS) return;
  streams.delete(oldest);
  oldest.destroy();
}

/** Sends a text to every page that still reads. */
export function tellStreams(streams: Iterable<ServerResponse>, text: string): void {
  for (const stream of streams) {
    if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
    else stream.write(text);
  }
}
