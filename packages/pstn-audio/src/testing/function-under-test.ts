import type { FunctionResponse } from '../documents.ts';
import type { CallInput } from '../engine/inputs.ts';
import type { InvocationEvent } from '../events/index.ts';
import type { ResponseProblem } from '../response/problem.ts';
import { validateResponse } from '../response/validate-response.ts';
import type { Handler } from './handler.ts';
import type { Exchanged } from './replay/recorded.ts';
import { showAnswer, type Transcript } from './transcript.ts';

/** A handler, with the events that it was sent and its answers, for one call. */
export class FunctionUnderTest {
  readonly events: InvocationEvent[] = [];
  readonly responses: (FunctionResponse | undefined)[] = [];
  readonly problems: ResponseProblem[] = [];
  readonly exchanges: Exchanged[] = [];
  readonly #handler: Handler;
  readonly #transcript: Transcript;
  readonly #log: string[];

  /** `log` is the application's message log, where errors of the handler go. */
  constructor(handler: Handler, transcript: Transcript, log: string[]) {
    this.#handler = handler;
    this.#transcript = transcript;
    this.#log = log;
  }

  /** Notes that an event is sent, `at` milliseconds after the call began. */
  sends(event: InvocationEvent, at: number): void {
    this.events.push(event);
    this.exchanges.push({ at, event });
  }

  /**
   * Runs the handler with the event that was sent last. `fails`: a fault makes it fail before or after its
   * work.
   *
   * Never rejects: an error becomes the input that reports it.
   */
  async run(event: InvocationEvent, fails: 'before' | 'after' | undefined): Promise<CallInput> {
    const sequence = event.Sequence;
    const exchange = this.exchanges.at(-1);
    try {
      if (fails === 'before') throw new Error('made to fail before it began');
      // Service and function exchange JSON, so a handler that changes an event changes only a copy.
      const response = await this.#handler(JSON.parse(JSON.stringify(event)) as InvocationEvent);
      if (fails === 'after') throw new Error('made to fail when it had done its work');
      // Lambda fails where an answer is no JSON, such as one with a BigInt.
      const payload = JSON.stringify(response) ?? 'null';
      this.responses.push(response);
      if (exchange) exchange.answer = JSON.parse(payload);
      const problems = validateResponse(payload);
      this.problems.push(...problems);
      this.#transcript.addBelow(`→ #${sequence} ${showAnswer(response)}`);
      for (const { message } of problems) this.#transcript.addBelow(`  ! ${message}`);
      return { kind: 'FunctionResponded', sequence, payload };
    } catch (error) {
      this.responses.push(undefined);
      const message = error instanceof Error ? error.message : String(error);
      const where = placeOf(error);
      this.#log.push(`The handler threw: ${message}`);
      if (exchange) exchange.failure = `error: ${message}`;
      this.#transcript.addBelow(`→ #${sequence} throws: ${message}${where ? ` (${where})` : ''}`);
      return { kind: 'FunctionFailed', sequence, reason: 'error', message };
    }
  }
}

/** The frame of `run`, which calls the handler: it and what is below belong to this library. */
const CALLER = /\bFunctionUnderTest\.run\b/;

/** The line of the stack at which the author's own code threw; undefined if there is no stack. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const all = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const end = all.findIndex((line) => CALLER.test(line));
  const frames = end < 0 ? all : all.slice(0, end);
  const own = frames.find((line) => !/node_modules|node:|<anonymous>/.test(line));
  return (own ?? frames[0])?.trim();
}
