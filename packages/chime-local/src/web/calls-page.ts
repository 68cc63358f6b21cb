import type { ServerResponse } from 'node:http';
import { pageHeaders, serveBuilt, serveJson } from './static-page.ts';
import { makeRoom, tellStreams } from './streams.ts';

/** Where the calls and their records are shown. */
export const CALLS_PATH = '/calls/';

/** It shows what strangers sent, and needs nothing of the browser. */
const HEADERS = pageHeaders('microphone=(), camera=(), geolocation=()');
/** What follows the folder of records in a request: the id of a call. */
const RECORD = /^record\/([A-Za-z0-9-]{1,64})$/;

/** The same for a test of the call. */
const TEST = /^test\/([A-Za-z0-9-]{1,64})$/;

/** A test of a recorded call: two files for one folder. */
export interface CallTest {
  /** What runs it, and what else could. */
  form: string;
  forms: { form: string; name: string }[];
  /** Of the test's file. */
  name: string;
  text: string;
  /** Of the record's file. */
  recordName: string;
  /** Makes the same, and tries it. */
  command: string;
}

/** Where the page has tests from. */
export interface CallTests {
  /** `form`: as the project runs its tests, unless it is one of the forms. Undefined when there is no record or no file to name. */
  of(id: string, form: string | undefined): Promise<CallTest | undefined>;
}

/** Where the page has the calls from. */
export interface RecordedCalls {
  /** A row for each call, the newest first. */
  summaries(): Promise<readonly object[]>;
  /** The lines of a record from a byte on, and the byte after them; undefined when there is none of that id. */
  read(id: string, from?: number): Promise<{ text: string; next: number } | undefined>;
  /** Calls `listener` with the rows that have changed. Returns how to stop. */
  observe(listener: (changed: readonly object[]) => void): () => void;
}

/** Serves the page of the calls: its files, the list, the records, and a stream of the rows that change. */
export class CallsPage {
  readonly #folder: Promise<string>;
  readonly #calls: RecordedCalls;
  readonly #tests: CallTests;
  readonly #streams = new Set<ServerResponse>();
  #stop: (() => void) | undefined;

  /** @param folder of the built files; may still be in the making. */
  constructor(folder: Promise<string>, calls: RecordedCalls, tests: CallTests) {
    this.#folder = folder;
    this.#calls = calls;
    this.#tests = tests;
  }

  /** `name` is what follows `CALLS_PATH`. */
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

  /** The lines as they are in the file; the header says where the next ones begin. */
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

  /** Server-sent events: a message when something has changed, and nothing while nothing does. */
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
