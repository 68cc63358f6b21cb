import type { FunctionResponse } from '../documents.ts';
import type { CallInput } from '../engine/inputs.ts';
import type { InvocationEvent } from '../events/index.ts';
import type { ResponseProblem } from '../response/problem.ts';
import { validateResponse } from '../response/validate-response.ts';
import type { Handler } from './handler.ts';
import type { Exchanged } from './replay/recorded.ts';
import { showAnswer, type Transcript } from './transcript.ts';

/** A handler with what it was sent and what it answered, for one call. */
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

  /** An event is on its way, `at` milliseconds after the call began. */
  sends(event: InvocationEvent, at: number): void {
    this.events.push(event);
    this.exchanges.push({ at, event });
  }

  /**
   * Runs the handler with the event that was sent last. `fails`: a fault has it fail before or after its work.
   *
   * Never rejects: an error becomes the input that says so.
   */
  async run(event: InvocationEvent, fails: 'before' | 'after' | undefined): Promise<CallInput> {
    const sequence = event.Sequence;
    const exchange = this.exchanges.at(-1);
    try {
      if (fails === 'before') throw new Error('made to fail before it began');
      // What passes between the two is JSON: whoever changes an event changes a copy.
      const response = await this.#handler(JSON.parse(JSON.stringify(event)) as InvocationEvent);
      if (fails === 'after') throw new Error('made to fail when it had done its work');
      this.responses.push(response);
      const payload = JSON.stringify(response) ?? 'null';
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

/** The line of the stack at which the author's own code threw; undefined where there is no stack. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !/node_modules|node:|<anonymous>/.test(line));
  return (own ?? frames[0])?.trim();
}
