import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { FunctionResponse } from 'pstn-audio';
import { readRecord } from 'pstn-audio/record';
import { type ApplicationUnderTest, CallExpectationError, type Handler, sma } from 'pstn-audio/testing';
import { errorElsewhere } from '../function-error.ts';
import { startRehearsal } from '../rehearsal.ts';
import type { Rehearsal, RehearsalOptions, ScriptedApplication, ScriptedCall } from '../types.ts';
import { actOnSipCall, actOnVirtualCall } from './call-acts.ts';
import type { Message, Request, Told } from './protocol.ts';

/** Parameters of `open`: an application as for `startRehearsal`, or none, and where the handler runs. */
type Opening = Omit<RehearsalOptions, 'application' | 'signal' | 'onLine'> & {
  /** True if the handler is in the test's own process. */
  asked?: boolean;
  functionName?: string;
  /** `sip`: with real telephones, in real time; otherwise on the virtual clock. */
  over?: string;
};

/** What makes the calls of a test. */
type Caller =
  | { over: 'clock'; application: ApplicationUnderTest }
  | { over: 'sip'; application: ScriptedApplication; calls: ScriptedCall[] };

const APPLICATION = ['assembly', 'template', 'config', 'handler'] as const;

/** Has an event answered by a handler in the test's own process. */
type Ask = (event: unknown) => Promise<Told>;

/** An application that a test has opened, with its calls. */
class OpenedApplication {
  readonly #opening: Opening;
  readonly #ask: Ask;
  #rehearsal: Rehearsal | undefined;
  #caller: Caller | undefined;

  constructor(opening: Opening, ask: Ask) {
    this.#opening = opening;
    this.#ask = ask;
  }

  async open(): Promise<void> {
    const { asked: _asked, functionName: _name, ...application } = this.#opening;
    const named = APPLICATION.some((name) => this.#opening[name] !== undefined);
    if (named) this.#rehearsal = await startRehearsal(application);
    await this.#begin();
  }

  async close(): Promise<void> {
    await this.#rehearsal?.close();
    this.#rehearsal = undefined;
  }

  async perform({ do: what, call, with: given = {} }: Request): Promise<unknown> {
    switch (what) {
      case 'items':
        return this.#needRehearsal().items(String(given.table));
      case 'replay':
        return this.#replay(given);
      case 'reset':
        await this.#rehearsal?.reset();
        return this.#begin();
      case 'dial':
      case 'call':
        return this.#place(what, given);
      default:
        return this.#act(what, call ?? 0, given);
    }
  }

  /** Makes a call and returns its index among the calls of the application. */
  async #place(what: 'dial' | 'call', given: Record<string, unknown>): Promise<number> {
    const caller = this.#needCaller();
    const call = await caller.application[what](given);
    if (caller.over === 'clock') return caller.application.calls.length - 1;
    return caller.calls.push(call) - 1;
  }

  #act(what: string, place: number, given: Record<string, unknown>): unknown {
    const caller = this.#needCaller();
    if (caller.over === 'clock') {
      return actOnVirtualCall(caller.application.calls[place] ?? noCall(place), what, given);
    }
    return actOnSipCall(caller.calls[place] ?? noCall(place), what, given);
  }

  /** Replays a recorded call with today's code. */
  async #replay({ record, keys }: Record<string, unknown>): Promise<unknown> {
    const { functionName } = this.#opening;
    const { same, exchanges, heard, transcript } = await this.#needRehearsal().replay(
      readRecord(String(record)),
      {
        ...(functionName === undefined ? {} : { functionName }),
        ...(keys === undefined ? {} : { keys: String(keys) }),
      },
    );
    return { same, differences: exchanges.flatMap(({ differences }) => differences), heard, transcript };
  }

  /** Starts without calls, with the tables of the application. */
  async #begin(): Promise<void> {
    const { asked, functionName, over } = this.#opening;
    if (over !== undefined && over !== 'sip') throw new Error(`over is "sip" or left out, not "${over}".`);
    const handler = asked ? this.#handler() : undefined;
    const which = { ...(handler ? { handler } : {}), ...(functionName ? { functionName } : {}) };
    const rehearsal = this.#rehearsal;
    if (rehearsal && over) {
      this.#caller = { over, application: await rehearsal.application({ over, ...which }), calls: [] };
    } else if (rehearsal) {
      this.#caller = { over: 'clock', application: await rehearsal.application(which) };
    } else if (over) {
      throw new Error(
        'Telephones dial the number of an application: name one beside over="sip" (source, template, config or assembly).',
      );
    } else if (handler) this.#caller = { over: 'clock', application: sma(handler) };
    else
      throw new Error('Name a handler of the test, or an application: source, template, config or assembly.');
  }

  /** The test's own handler. */
  #handler(): Handler {
    return async (event) => {
      const { response, error } = await this.#ask(event);
      if (error !== undefined) throw errorElsewhere(error);
      return response as FunctionResponse;
    };
  }

  #needCaller(): Caller {
    if (!this.#caller) throw new Error('Open an application first.');
    return this.#caller;
  }

  #needRehearsal(): Rehearsal {
    if (!this.#rehearsal)
      throw new Error('Tables are there with an application: source, template, config or assembly.');
    return this.#rehearsal;
  }
}

/** Makes calls for tests in other languages, which send requests as lines of JSON; nothing listens on a port. */
export class StdioTests {
  readonly #write: (message: Message) => void;
  readonly #waiting = new Map<number, (told: Told) => void>();
  readonly #applications = new Map<number, OpenedApplication>();
  #asked = 0;

  constructor(write: (message: Message) => void) {
    this.#write = write;
  }

  /** Handles a line from the test. */
  async take(message: Request | Told): Promise<void> {
    if ('told' in message) {
      this.#waiting.get(message.told)?.(message);
      return;
    }
    const { id } = message;
    try {
      this.#write({ id, answer: (await this.#perform(message)) ?? null });
    } catch (error) {
      const { message: text } = error as Error;
      const kind = error instanceof CallExpectationError ? 'expectation' : 'mistake';
      this.#write({ id, error: { kind, text } });
    }
  }

  async close(): Promise<void> {
    for (const number of [...this.#applications.keys()]) await this.#forget(number);
  }

  async #perform(request: Request): Promise<unknown> {
    const { do: what, application: number = 0, with: given = {}, forget = [] } = request;
    for (const unused of forget) await this.#forget(unused);
    if (what === 'open') return this.#open(number, given as Opening);
    if (what === 'close') return this.#forget(number);
    const application = this.#applications.get(number);
    if (!application) throw new Error('Open an application first.');
    return application.perform(request);
  }

  async #open(number: number, opening: Opening): Promise<void> {
    await this.#forget(number);
    const application = new OpenedApplication(opening, (event) => this.#ask(number, event));
    this.#applications.set(number, application);
    await application.open();
  }

  async #forget(number: number): Promise<void> {
    const application = this.#applications.get(number);
    this.#applications.delete(number);
    await application?.close();
  }

  async #ask(application: number, event: unknown): Promise<Told> {
    const ask = ++this.#asked;
    const answered = new Promise<Told>((resolve) => this.#waiting.set(ask, resolve));
    this.#write({ ask, application, event });
    return answered.finally(() => this.#waiting.delete(ask));
  }
}

function noCall(place: number): never {
  throw new Error(`There is no call ${place}: dial first.`);
}

/** `chime-local rehearse`: serves one test process until its input ends. */
export async function serveStdioTests(
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<void> {
  const tests = new StdioTests((message) => void output.write(`${JSON.stringify(message)}\n`));
  for await (const line of createInterface({ input })) {
    // Not awaited: while a request is in progress, the handler's answers arrive on the same stream.
    if (line.trim() !== '') void tests.take(JSON.parse(line) as Request | Told);
  }
  await tests.close();
}
