/**
 * State machines of Step Functions and their executions. The CDK's `Provider` uses one to wait until its
 * resource is complete.
 */
import type { LambdaRunner } from '#lambda-runner';
import type { Clock, Ids, Log } from '#platform';
import { ApiError } from '../rest/api-error.ts';
import { readJson } from '../rest/json-text.ts';
import { type Definition, ExecutionFailed } from './definition.ts';
import { Execution } from './execution.ts';
import { type CallService, Tasks } from './tasks.ts';

export interface StateMachinesOptions {
  runner: Pick<LambdaRunner, 'invoke'>;
  /** Calls other services on behalf of tasks. */
  call: CallService;
  clock: Clock;
  ids: Ids;
  log: Log;
}

export interface StateMachine {
  definition: Definition;
  roleArn: string;
  type: string;
}

export interface ExecutionRecord {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt?: number;
  input: string;
  output?: string;
  error?: string;
  cause?: string;
}

/** Maximum number of executions that are remembered. Ours; the service keeps them for 90 days. */
const MAX_EXECUTIONS = 1000;

interface Running {
  record: ExecutionRecord;
  end: Promise<unknown>;
  stop: AbortController;
}

export class StateMachines {
  readonly #options: StateMachinesOptions;
  readonly #machines = new Map<string, StateMachine>();
  readonly #executions = new Map<string, Running>();
  readonly #tasks: Tasks;

  constructor(options: StateMachinesOptions) {
    this.#options = options;
    this.#tasks = new Tasks({
      ...options,
      startNested: ({ StateMachineArn, Input, Name }) => {
        const input: unknown = typeof Input === 'string' ? readJson(Input) : (Input ?? {});
        return this.start(String(StateMachineArn), input, Name === undefined ? undefined : String(Name));
      },
    });
  }

  define(arn: string, definition: Definition, roleArn = '', type = 'STANDARD'): void {
    this.#machines.set(arn, { definition, roleArn, type });
  }

  remove(arn: string): void {
    this.#machines.delete(arn);
  }

  arns(): string[] {
    return [...this.#machines.keys()];
  }

  /** @throws ApiError if the machine does not exist */
  find(arn: string): StateMachine {
    const machine = this.#machines.get(arn);
    if (machine) return machine;
    throw new ApiError(400, 'StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  executions(arn: string): ExecutionRecord[] {
    const all = [...this.#executions.values()].map(({ record }) => record);
    return all.filter(({ stateMachineArn }) => stateMachineArn === arn).reverse();
  }

  /** @throws ApiError if the execution does not exist */
  execution(arn: string): ExecutionRecord {
    return this.#running(arn).record;
  }

  /**
   * Starts an execution. `end` resolves with the output and rejects with ExecutionFailed.
   * @throws ApiError
   */
  start(
    arn: string,
    input: unknown,
    name: string = this.#options.ids.guid(),
  ): { executionArn: string; end: Promise<unknown> } {
    const { clock, log } = this.#options;
    const machine = this.find(arn);
    const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.#executions.get(executionArn);
    const text = JSON.stringify(input);
    if (known) {
      if (known.record.status === 'RUNNING' && known.record.input === text)
        return { executionArn, end: known.end };
      throw new ApiError(400, 'ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const record: ExecutionRecord = {
      executionArn,
      stateMachineArn: arn,
      name,
      status: 'RUNNING',
      startedAt: clock.now(),
      input: text,
    };
    const stop = new AbortController();
    const end = this.#run(machine, record, input, stop);
    this.#remember({ record, end, stop });
    end.catch((error: Error) =>
      log.warn(`The execution ${executionArn} has failed: ${error.message.slice(0, 500)}`),
    );
    return { executionArn, end };
  }

  /** Stops an execution. @throws ApiError */
  stop(executionArn: string, error?: string, cause?: string): void {
    const { record, stop } = this.#running(executionArn);
    if (record.status !== 'RUNNING') return;
    Object.assign(record, { status: 'ABORTED', error, cause, endedAt: this.#options.clock.now() });
    stop.abort();
  }

  /** Answers a task that waits for its token. @throws ApiError */
  answer(token: string, how: { output: unknown } | { error: string; cause: string } | 'heartbeat'): void {
    const given =
      typeof how === 'object' && 'error' in how ? { error: new ExecutionFailed(how.error, how.cause) } : how;
    if (this.#tasks.settle(token, given)) return;
    throw new ApiError(
      400,
      'TaskTimedOut',
      'Task Timed Out: the task has ended, or there was none with this token',
    );
  }

  /** Stops all executions. */
  close(): void {
    for (const { stop, end } of this.#executions.values()) {
      end.catch(() => {});
      stop.abort();
    }
  }

  async #run(
    { definition, roleArn }: StateMachine,
    record: ExecutionRecord,
    input: unknown,
    stop: AbortController,
  ) {
    const { clock } = this.#options;
    const StartTime = new Date(record.startedAt).toISOString();
    const context = {
      Execution: { Id: record.executionArn, Input: input, Name: record.name, RoleArn: roleArn, StartTime },
      StateMachine: { Id: record.stateMachineArn, Name: record.stateMachineArn.split(':').at(-1) },
    };
    const execution = new Execution({ tasks: this.#tasks, clock, signal: stop.signal });
    const finish = (end: Partial<ExecutionRecord>): void => {
      if (record.status === 'RUNNING') Object.assign(record, end, { endedAt: clock.now() });
    };
    try {
      const output = await execution.run(definition, input, context);
      finish({ status: 'SUCCEEDED', output: JSON.stringify(output) });
      return output;
    } catch (error) {
      const name = error instanceof ExecutionFailed ? error.error : 'States.Runtime';
      finish({
        status: name === 'States.Timeout' ? 'TIMED_OUT' : 'FAILED',
        error: name,
        cause: (error as Error).message,
      });
      throw error;
    }
  }

  #remember(running: Running): void {
    this.#executions.set(running.record.executionArn, running);
    if (this.#executions.size <= MAX_EXECUTIONS) return;
    const over = [...this.#executions].find(([, { record }]) => record.status !== 'RUNNING');
    if (over) this.#executions.delete(over[0]);
  }

  #running(arn: string): Running {
    const running = this.#executions.get(arn);
    if (running) return running;
    throw new ApiError(400, 'ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
}
