import type { ServerResponse } from 'node:http';

/**
 * Bytes that wait for a page to read them; beyond that it does not, and its stream ends: it may ask for another one. Ours: a
 * page reads within milliseconds, and one that stands still would keep all that is ever told.
 */
export const MAX_UNREAD_BYTES = 1_048_576;

/** Streams of one kind at a time; each page holds one. Ours. */
export const MAX_STREAMS = 50;

/**
 * Before another one is opened: when there are as many as may be, the one that has been open longest ends. A page that lives opens
 * it again within seconds; pages that stand still, which nothing tells from quiet ones, shut nobody out.
 */
export function makeRoom(streams: Set<ServerResponse>): void {
  const [oldest] = streams;
  if (!oldest || streams.size < MAX_STREAMS) return;
  streams.delete(oldest);
  oldest.destroy();
}

/** Tells every page that still reads. */
export function tellStreams(streams: Iterable<ServerResponse>, text: string): void {
  for (const stream of streams) {
    if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
    else stream.write(text);
  }
}
