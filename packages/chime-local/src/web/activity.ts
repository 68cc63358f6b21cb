import type { ServerResponse } from 'node:http';
import type { SpeakingReport } from '#media-edge';

/** Streams open at once; each page holds one. */
const MAX_STREAMS = 50;

/** Who is speaking, as a stream of JSON lines to every page that asks. */
export class Activity {
  readonly #speaking = new Map<string, string[]>();
  readonly #streams = new Set<ServerResponse>();

  /** The mixer's word on one meeting. */
  report(report: SpeakingReport): void {
    if (report.attendeeIds.length > 0) this.#speaking.set(report.meetingId, report.attendeeIds);
    else this.#speaking.delete(report.meetingId);
    const line = this.#line();
    for (const stream of this.#streams) stream.write(line);
  }

  /** Nobody speaks any more, in any meeting. */
  silence(): void {
    for (const meetingId of [...this.#speaking.keys()]) this.report({ meetingId, attendeeIds: [] });
  }

  /** Begins a stream: one line at once, then one at each change. */
  open(response: ServerResponse): void {
    if (this.#streams.size >= MAX_STREAMS) {
      response.writeHead(503, { 'retry-after': '5' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.write(this.#line());
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #line(): string {
    return `${JSON.stringify({ speaking: [...this.#speaking.values()].flat() })}\n`;
  }
}
