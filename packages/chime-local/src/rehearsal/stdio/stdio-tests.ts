import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { FunctionResponse } from 'pstn-audio';
import { readRecord } from 'pstn-audio/record';
import { type ApplicationUnderTest, CallExpectationError, type Handler, sma } from 'pstn-audio/testing';
import { startRehearsal } from '../rehearsal.ts';
import type { Rehearsal, RehearsalOptions } from '../types.ts';
import { actOnCall } from './call-acts.ts';
import type { Message, Request, Told } from './protocol.ts';

/** What `open` takes: an application as `startRehearsal` does, or none, and whose the handler is. */
type Opening = Omit<RehearsalOptions, 'application' | 'signal' | 'onLine'> & {
  /** The handler is in the test's own process. */
  asked?: boolean;
  functionName?: string;
};

const APPLICATION = ['assembly', 'template', 'config', 'handler'] as const;

/** Calls for tests in other languages: they ask by lines of JSON, and nothing listens on a port. */
export class StdioTests {
  readonly #write: (message: Message) => void;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #asked = 0;
  #rehearsal: Rehearsal | undefined;
  #application: ApplicationUnderTest | undefined;
  #opening: Opening = {};

  constructor(write: (message: Message) => void) {
    this.#write = write;
  }

  /** A line from the test. */
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
    await this.#rehearsal?.close();
    this.#rehearsal = undefined;
  }

  async #perform({ do: what, call, with: given = {} }: Request): Promise<unknown> {
    switch (what) {
      case 'open':
        return this.#open(given as Opening);
      case 'close':
        return this.close();
      case 'items':
        return this.#needRehearsal().items(String(given.table));
      case 'replay':
        return this.#replay(given);
      case 'reset':
        await this.#rehearsal?.reset();
        return this.#begin();
      case 'dial':
        await this.#needApplication().dial(given);
        return this.#needApplication().calls.length - 1;
      case 'call':
        await this.#needApplication().call(given);
        return this.#needApplication().calls.length - 1;
      default: {
        const found = this.#needApplication().calls[call ?? 0];
        if (!found) throw new Error(`There is no call ${call}: dial first.`);
        return actOnCall(found, what, given);
      }
    }
  }

  async #open(opening: Opening): Promise<void> {
    await this.close();
    this.#opening = opening;
    const { asked: _asked, functionName: _name, ...application } = opening;
    const named = APPLICATION.some((name) => opening[name] !== undefined);
    if (named) this.#rehearsal = await startRehearsal(application);
    await this.#begin();
  }

  /** A recorded call with today's code. */
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

  /** Calls begin anew; tables are those of the application. */
  async #begin(): Promise<void> {
    const { asked, functionName } = this.#opening;
    const handler = asked ? this.#handler() : undefined;
    if (this.#rehearsal) {
      this.#application = await this.#rehearsal.application({
        ...(handler ? { handler } : {}),
        ...(functionName ? { functionName } : {}),
      });
    } else if (handler) this.#application = sma(handler);
    else
      throw new Error(
        'Name a handler of the test, or an application: handler, template, config or assembly.',
      );
  }

  /** The test's own. */
  #handler(): Handler {
    return async (event) => {
      const ask = ++this.#asked;
      const answered = new Promise<Told>((resolve) => this.#waiting.set(ask, resolve));
      this.#write({ ask, event });
      const { response, error } = await answered;
      this.#waiting.delete(ask);
      if (error !== undefined) throw new Error(error);
      return response as FunctionResponse;
    };
  }

  #needApplication(): ApplicationUnderTest {
    if (!this.#application) throw new Error('Open an application first.');
    return this.#application;
  }

  #needRehearsal(): Rehearsal {
    if (!this.#rehearsal)
      throw new Error('Tables are there with an application: handler, template, config or assembly.');
    return this.#rehearsal;
  }
}

/** `chime-local rehearse`: serves one test process until its lines end. */
export async function serveStdioTests(
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<void> {
  const tests = new StdioTests((message) => void output.write(`${JSON.stringify(message)}\n`));
  for await (const line of createInterface({ input })) {
    // Not awaited: while a request is under way the handler's answers come by the same way.
    if (line.trim() !== '') void tests.take(JSON.parse(line) as Request | Told);
  }
  await tests.close();
}
