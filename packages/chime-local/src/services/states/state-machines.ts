/**
 * State machines of Step Functions, as far as stacks need them to come to be: tasks that are functions, tried again as their
 * states say. The CDK's `Provider` waits by one until its resource is complete.
 */
import type { LambdaRunner } from '#lambda-runner';
import type { Clock, Ids, Log } from '#platform';
import { ApiError } from '../rest/api-error.ts';
import { type Definition, retryDelay, ruleFor, type State } from './definition.ts';

export interface StateMachinesOptions {
  runner: Pick<LambdaRunner, 'invoke'>;
  clock: Clock;
  ids: Ids;
  log: Log;
}

/** States that one execution goes through at most. Ours: a loop without an end must not run for ever. */
const MAX_STEPS = 10_000;

class ExecutionFailed extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

export class StateMachines {
  readonly #options: StateMachinesOptions;
  readonly #definitions = new Map<string, Definition>();
  readonly #cancels = new Set<() => void>();

  constructor(options: StateMachinesOptions) {
    this.#options = options;
  }

  define(arn: string, definition: Definition): void {
    this.#definitions.set(arn, definition);
  }

  remove(arn: string): void {
    this.#definitions.delete(arn);
  }

  /** Runs it; nobody waits for the end. @returns the ARN of the execution. @throws ApiError */
  start(arn: string, input: unknown, name: string = this.#options.ids.guid()): string {
    const definition = this.#definitions.get(arn);
    if (!definition) {
      throw new ApiError(400, 'StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    const execution = `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
    void this.#run(definition, input).catch((error: Error) =>
      this.#options.log.warn(`The execution ${execution} has failed: ${error.message.slice(0, 500)}`),
    );
    return execution;
  }

  /** Nothing is tried again. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  async #run({ StartAt, States }: Definition, input: unknown): Promise<void> {
    let name: string | undefined = StartAt;
    let data = input;
    for (let step = 0; name !== undefined; step++) {
      const state: State | undefined = States[name];
      if (!state) throw new ExecutionFailed('States.Runtime', `there is no state ${name}`);
      if (step >= MAX_STEPS) throw new ExecutionFailed('States.Runtime', `more than ${MAX_STEPS} states`);
      try {
        data = await this.#carryOut(name, state, data);
        name = state.End || state.Type === 'Succeed' ? undefined : state.Next;
      } catch (error) {
        if (!(error instanceof ExecutionFailed)) throw error;
        const catcher = ruleFor(state.Catch, error.error);
        if (!catcher) throw error;
        data = { Error: error.error, Cause: error.message };
        name = catcher.Next;
      }
    }
  }

  async #carryOut(name: string, state: State, data: unknown): Promise<unknown> {
    switch (state.Type) {
      case 'Task':
        return this.#task(state, data);
      case 'Pass':
        return state.Result ?? data;
      case 'Wait':
        await this.#wait((state.Seconds ?? 0) * 1000);
        return data;
      case 'Succeed':
        return data;
      case 'Fail':
        throw new ExecutionFailed(state.Error ?? 'States.TaskFailed', state.Cause ?? `the state ${name}`);
      default:
        throw new ExecutionFailed(
          'States.Runtime',
          `the state ${name} is a ${state.Type}: only Task, Pass, Wait, Succeed and Fail are carried out here`,
        );
    }
  }

  async #task(state: State, data: unknown): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#invoke(state.Resource ?? '', data);
      } catch (error) {
        if (!(error instanceof ExecutionFailed)) throw error;
        const delay = retryDelay(ruleFor(state.Retry, error.error), tries);
        if (delay === undefined) throw error;
        await this.#wait(delay);
      }
    }
  }

  async #invoke(resource: string, data: unknown): Promise<unknown> {
    if (resource.split(':')[2] !== 'lambda') {
      throw new ExecutionFailed('States.Runtime', `${resource} is no function: only those are tasks here`);
    }
    const { payload, functionError } = await this.#options.runner
      .invoke(resource, JSON.stringify(data))
      .catch((error: Error) => {
        throw new ExecutionFailed(`Lambda.${error.name}`, error.message);
      });
    if (!functionError) return JSON.parse(payload);
    const { errorType = 'Lambda.Unknown' } = JSON.parse(payload) as { errorType?: string };
    throw new ExecutionFailed(errorType, payload);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, () => {
        this.#cancels.delete(cancel);
        resolve();
      });
      this.#cancels.add(cancel);
    });
  }
}
