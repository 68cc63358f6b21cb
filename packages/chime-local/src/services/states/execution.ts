/** One execution of a state machine: it runs the states in turn and handles retries and catchers. */
import type { Clock } from '#platform';
import { dataFlowOf, type Frame, type Outcome } from './data-flow.ts';
import { checkDataSize } from './data-limit.ts';
import {
  type ChoiceRule,
  type Definition,
  ExecutionFailed,
  type QueryLanguage,
  retryDelay,
  ruleFor,
  type State,
} from './definition.ts';
import { createAllowance } from './json-path.ts';
import type { Tasks } from './tasks.ts';

/** Maximum number of states in one execution. Ours: an endless loop must not run for ever. */
const MAX_STEPS = 25_000;

export interface ExecutionParts {
  tasks: Tasks;
  clock: Clock;
  /** Aborted when the execution is stopped. All waits then end. */
  signal: AbortSignal;
}

type Counter = { steps: number };

const stopped = (): ExecutionFailed => new ExecutionFailed('States.Aborted', 'the execution was stopped');

/**
 * Checks the outcome of a state.
 * @throws ExecutionFailed if its output, or a variable that it has set, is too large
 */
function checked<Left extends Outcome>(left: Left, { variables }: Frame): Left {
  checkDataSize(left.output, 'output');
  for (const [name, value] of Object.entries(left.variables))
    if (value !== variables[name]) checkDataSize(value, `variable ${name}`);
  return left;
}

export class Execution {
  readonly #parts: ExecutionParts;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  /** Runs the execution. @returns its output. @throws ExecutionFailed */
  run(definition: Definition, input: unknown, context: Record<string, unknown>): Promise<unknown> {
    const start = { input, variables: {}, context, allowance: createAllowance() };
    return this.#machine(definition, start, undefined, { steps: 0 });
  }

  async #machine(
    definition: Definition,
    start: Frame,
    outer: QueryLanguage | undefined,
    counter: Counter,
  ): Promise<unknown> {
    let name: string | undefined = definition.StartAt;
    let { input: output, variables } = start;
    while (name !== undefined) {
      const state: State | undefined = definition.States[name];
      if (!state) throw new ExecutionFailed('States.Runtime', `there is no state ${name}`);
      if (++counter.steps > MAX_STEPS)
        throw new ExecutionFailed('States.Runtime', `more than ${MAX_STEPS} states`);
      const language: QueryLanguage | undefined = state.QueryLanguage ?? definition.QueryLanguage ?? outer;
      const EnteredTime = new Date(this.#parts.clock.now()).toISOString();
      // A loop of states without a wait lets other work proceed between the states.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#parts.signal.aborted) throw stopped();
      const context = { ...start.context, State: { Name: name, EnteredTime, RetryCount: 0 } };
      const frame = { input: output, variables, context, allowance: createAllowance() };
      const left = await this.#state(name, state, frame, language, counter);
      ({ output, variables } = left);
      name = left.next;
    }
    return output;
  }

  /** Runs a state with its retries and catchers. */
  async #state(
    name: string,
    state: State,
    frame: Frame,
    language: QueryLanguage | undefined,
    counter: Counter,
  ): Promise<Outcome & { next: string | undefined }> {
    const flow = dataFlowOf(language);
    const following = state.End || state.Type === 'Succeed' ? undefined : state.Next;
    for (let tries = 0; ; tries++) {
      try {
        if (state.Type === 'Choice') return checked(await this.#choice(name, state, frame, language), frame);
        const result = await this.#carryOut(state, frame, language, counter);
        return checked({ ...(await flow.finish(state, frame, result)), next: following }, frame);
      } catch (error) {
        if (!(error instanceof ExecutionFailed)) throw error;
        const delay = retryDelay(ruleFor(state.Retry, error.error), tries);
        if (delay !== undefined) {
          await this.#wait(delay);
          continue;
        }
        const catcher = ruleFor(state.Catch, error.error);
        if (!catcher || this.#parts.signal.aborted) throw error;
        const told = { Error: error.error, Cause: error.message };
        return { ...(await flow.caught(catcher, frame, told)), next: catcher.Next };
      }
    }
  }

  async #choice(name: string, state: State, frame: Frame, language: QueryLanguage | undefined) {
    const flow = dataFlowOf(language);
    const rule: ChoiceRule | undefined = await flow.choose(state, frame);
    const next = rule?.Next ?? state.Default;
    if (next === undefined)
      throw new ExecutionFailed('States.NoChoiceMatched', `no rule of ${name} holds, and it has no Default`);
    const { Assign, Output } = (rule ?? state) as Pick<State, 'Assign' | 'Output'>;
    const chosen = { ...state, ...(Assign ? { Assign } : {}), ...(Output === undefined ? {} : { Output }) };
    return { ...(await flow.finish(chosen, frame, frame.input)), next };
  }

  async #carryOut(
    state: State,
    frame: Frame,
    language: QueryLanguage | undefined,
    counter: Counter,
  ): Promise<unknown> {
    const flow = dataFlowOf(language);
    switch (state.Type) {
      case 'Task':
        return this.#parts.tasks.run(state, frame, flow, this.#parts.signal);
      case 'Pass':
        return state.Result ?? (language === 'JSONata' ? frame.input : flow.arguments(state, frame));
      case 'Wait':
        await this.#wait(await this.#waitMs(state, frame, language));
        return frame.input;
      case 'Succeed':
        return frame.input;
      case 'Fail': {
        const [error, cause] = [
          await flow.value(state, 'Error', frame),
          await flow.value(state, 'Cause', frame),
        ];
        throw new ExecutionFailed(String(error ?? 'States.TaskFailed'), String(cause ?? ''));
      }
      case 'Parallel': {
        const input = await flow.arguments(state, frame);
        const branches = (state.Branches ?? []).map((branch) =>
          this.#machine(branch, { ...frame, input }, language, counter),
        );
        return Promise.all(branches);
      }
      case 'Map':
        return this.#map(state, frame, language, counter);
      default:
        throw new ExecutionFailed('States.Runtime', `there is no type of states called ${state.Type}`);
    }
  }

  async #map(state: State, frame: Frame, language: QueryLanguage | undefined, counter: Counter) {
    const flow = dataFlowOf(language);
    const processor = state.ItemProcessor ?? state.Iterator;
    const items = await flow.items(state, frame);
    if (!processor || !Array.isArray(items))
      throw new ExecutionFailed('States.Runtime', 'a Map needs an ItemProcessor, and an array of items');
    const results: unknown[] = new Array(items.length);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < items.length) {
        const index = next++;
        const context = { ...frame.context, Map: { Item: { Index: index, Value: items[index] } } };
        const input = await flow.item(state, { ...frame, context }, items[index]);
        results[index] = await this.#machine(processor, { ...frame, input, context }, language, counter);
      }
    };
    const workers = Math.min(Number(state.MaxConcurrency) || items.length, items.length);
    await Promise.all(Array.from({ length: workers }, work));
    return results;
  }

  async #waitMs(state: State, frame: Frame, language: QueryLanguage | undefined): Promise<number> {
    const flow = dataFlowOf(language);
    const seconds = await flow.value(state, 'Seconds', frame);
    if (seconds !== undefined) return Number(seconds) * 1000;
    return Math.max(
      0,
      Date.parse(String(await flow.value(state, 'Timestamp', frame))) - this.#parts.clock.now(),
    );
  }

  #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#parts;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        cancel();
        reject(stopped());
      };
      const cancel = clock.after(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
  }
}
