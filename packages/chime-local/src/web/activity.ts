import type { ServerResponse } from 'node:http';
import type { SpeakingReport } from '#media-edge';
import { makeRoom, tellStreams } from './streams.ts';

/** Milliseconds for which refused calls are collected, so that the pages get one line for all of them. */
const GATHER_MS = 1_000;

/** Milliseconds for which table changes are collected; several come at a time. */
const CHANGES_GATHER_MS = 200;

/** Maximum number of reasons that are reported; there are few. */
const MAX_REASONS = 10;

/**
 * Streams who is speaking, and how many calls were refused and why, as JSON lines to every page that requests
 * it. The first line contains everything, later ones only changes (`began` and `ended` to speak), so that a
 * change in one meeting costs the same however many there are. Table changes are reported, too (the first
 * line's `tellsChanges` announces this), so that a page that shows a table's content need not poll while
 * nothing changes.
 */
export class Activity {
  readonly #speaking = new Map<string, string[]>();
  readonly #streams = new Set<ServerResponse>();
  /** Number of refused calls by reason. */
  readonly #refused = new Map<string, number>();
  #telling: NodeJS.Timeout | undefined;
  #tellingChange: NodeJS.Timeout | undefined;

  /** Takes the mixer's report on one meeting. */
  report(report: SpeakingReport): void {
    const { meetingId, attendeeIds } = report;
    const before = this.#speaking.get(meetingId) ?? [];
    if (attendeeIds.length > 0) this.#speaking.set(meetingId, attendeeIds);
    else this.#speaking.delete(meetingId);
    if (this.#streams.size === 0) return;
    const began = attendeeIds.filter((id) => !before.includes(id));
    const ended = before.filter((id) => !attendeeIds.includes(id));
    if (began.length + ended.length > 0) this.#tell(`${JSON.stringify({ began, ended })}\n`);
  }

  /** Counts a refused call; operators read the reason `why`. */
  callRefused(why: string): void {
    if (!this.#refused.has(why) && this.#refused.size >= MAX_REASONS) return;
    this.#refused.set(why, (this.#refused.get(why) ?? 0) + 1);
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#tell(this.#line());
    }, GATHER_MS).unref();
  }

  /** Reports that something was written to a table. */
  tablesChanged(): void {
    if (this.#streams.size === 0) return;
    this.#tellingChange ??= setTimeout(() => {
      this.#tellingChange = undefined;
      this.#tell('{"changed":true}\n');
    }, CHANGES_GATHER_MS).unref();
  }

  /** Reports that nobody speaks any more, in any meeting. */
  silence(): void {
    for (const meetingId of [...this.#speaking.keys()]) this.report({ meetingId, attendeeIds: [] });
  }

  /** Starts a stream: one line at once, then one per change. */
  open(response: ServerResponse): void {
    makeRoom(this.#streams);
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.write(this.#line());
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  close(): void {
    clearTimeout(this.#telling);
    clearTimeout(this.#tellingChange);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #tell(line: string): void {
    tellStreams(this.#streams, line);
  }

  #line(): string {
    const speaking = [...this.#speaking.values()].flat();
    const refusals = [...this.#refused].map(([why, calls]) => ({ why, calls }));
    const refusedCalls = refusals.reduce((sum, { calls }) => sum + calls, 0);
    const tellsChanges = true;
    return `${JSON.stringify({ speaking, tellsChanges, ...(refusedCalls > 0 ? { refusedCalls, refusals } : {}) })}\n`;
  }
}
