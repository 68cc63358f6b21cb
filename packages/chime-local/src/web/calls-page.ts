import type { ServerResponse } from 'node:http';
import { pageHeaders, serveBuilt, serveJson } from './static-page.ts';
import { makeRoom, tellStreams } from './streams.ts';

/** Path prefix of the page that shows calls and their records. */
export const CALLS_PATH = '/calls/';

/** Strict headers: the page shows data from strangers and needs no permissions of the browser. */
const HEADERS = pageHeaders('microphone=(), camera=(), geolocation=()');
/** Matches a request for a record, by the id of its call. */
const RECORD = /^record\/([A-Za-z0-9-]{1,64})$/;

/** Matches a request for a test, by the id of its call. */
const TEST = /^test\/([A-Za-z0-9-]{1,64})$/;

/** A test of a recorded call: two files for the same folder. */
export interface CallTest {
  /** The test runner's name, and the available alternatives. */
  form: string;
  forms: { form: string; name: string }[];
  /** Name of the test's file. */
  name: string;
  text: string;
  /** Name of the record's file. */
  recordName: string;
  /** The command that creates the same files and runs the test. */
  command: string;
}

/** The source of the page's tests. */
export interface CallTests {
  /**
   * `form`: a test runner; by default the project's own. Undefined if there is no record or no file to name.
   */
  of(id: string, form: string | undefined): Promise<CallTest | undefined>;
}

/** The source of the page's calls. */
export interface RecordedCalls {
  /** One row per call, the newest first. */
  summaries(): Promise<readonly object[]>;
  /**
   * The lines of a record from a byte offset on, and the offset after them; undefined if there is no such
   * record.
   */
  read(id: string, from?: number): Promise<{ text: string; next: number } | undefined>;
  /** Calls `listener` with changed rows. @returns a function that stops this */
  observe(listener: (changed: readonly object[]) => void): () => void;
}

/** Serves the calls page: its files, the list, the records, and a stream of changed rows. */
export class CallsPage {
  readonly #folder: Promise<string>;
  readonly #calls: RecordedCalls;
  readonly #tests: CallTests;
  readonly #streams = new Set<ServerResponse>();
  #stop: (() => void) | undefined;

  /** @param folder of the built files, as a promise because the build may still be running */
  constructor(folder: Promise<string>, calls: RecordedCalls, tests: CallTests) {
    this.#folder = folder;
    this.#calls = calls;
    this.#tests = tests;
  }

  /** `name` is the path after `CALLS_PATH`. */
  async serve(name: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const id = RECORD.exec(name)?.[1];
    const tested = TEST.exec(name)?.[1];
    if (name === 'list.json') serveJson(response, HEADERS, { calls: await this.#calls.summaries() });
    else if (name === 'changes') this.#stream(response);
    else if (tested !== undefined) await this.#test(tested, query.get('form') ?? undefined, response);
    else if (id !== undefined) await this.#record(id, Number(query.get('from') ?? 0), response);
    else {
      const about = { headers: HEADERS, advice: `The calls are at ${CALLS_PATH}.` };
      await serveBuilt(await this.#folder, name, response, about);
    }
  }

  close(): void {
    this.#stop?.();
    for (const stream of this.#streams) stream.end();
  }

  /** Sends the lines as they are in the file; the header `x-next` is the offset of the next ones. */
  async #record(id: string, from: number, response: ServerResponse): Promise<void> {
    const lines = Number.isSafeInteger(from) && from >= 0 ? await this.#calls.read(id, from) : undefined;
    const type = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
    if (lines) response.writeHead(200, { ...HEADERS, ...type, 'x-next': lines.next }).end(lines.text);
    else
      response.writeHead(404, { ...HEADERS, ...type }).end('There is no record of this call (any more).\n');
  }

  async #test(id: string, form: string | undefined, response: ServerResponse): Promise<void> {
    const test = await this.#tests.of(id, form);
    if (test) serveJson(response, HEADERS, test);
    else response.writeHead(404, { ...HEADERS, 'cache-control': 'no-store' }).end();
  }

  /** Server-sent events: one message per change. */
  #stream(response: ServerResponse): void {
    makeRoom(this.#streams);
    const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    response.writeHead(200, { ...HEADERS, ...type });
    response.write('retry: 1000\n\n');
    this.#streams.add(response);
    this.#stop ??= this.#calls.observe((changed) => {
      tellStreams(this.#streams, `data: ${JSON.stringify(changed)}\n\n`);
    });
    response.on('close', () => {
      this.#streams.delete(response);
      if (this.#streams.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    });
  }
}
