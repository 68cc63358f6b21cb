/** The work of a `Task` state. Step Functions developer guide, "Integrating services". */
import type { LambdaRunner } from '#lambda-runner';
import { type Clock, type Ids, isObject } from '#platform';
import type { DataFlow, Frame } from './data-flow.ts';
import { MAX_DATA_BYTES } from './data-limit.ts';
import { ExecutionFailed, type State } from './definition.ts';

/**
 * Calls a service's operation with the machine's role. Rejects with an error whose name is the service's
 * error code.
 */
export type CallService = (request: {
  roleArn: string;
  service: string;
  /** The operation, e.g. `SendMessage`. */
  operation: string;
  parameters: Record<string, unknown>;
}) => Promise<unknown>;

export interface TasksOptions {
  runner: Pick<LambdaRunner, 'invoke'>;
  call: CallService;
  /** Starts another state machine; `end` resolves with its output. */
  startNested(parameters: Record<string, unknown>): { executionArn: string; end: Promise<unknown> };
  clock: Clock;
  ids: Ids;
}

/** The format `arn:aws:states:::[aws-sdk:]service:operation[.pattern]`. */
const INTEGRATION =
  /^arn:aws[\w-]*:states:[^:]*:[^:]*:(aws-sdk:)?(\w+):(\w+)(?:\.(sync(?::2)?|waitForTaskToken))?$/;
/** Members that optimised integrations accept as JSON documents and the services as strings. */
const DOCUMENTS = ['MessageBody', 'Message', 'Input'];
/** Length of a task token in bytes. Ours. */
const TOKEN_BYTES = 32;

interface Waiting {
  succeed(output: unknown): void;
  fail(error: ExecutionFailed): void;
  beat(): void;
}

const asText = (value: unknown): unknown =>
  isObject(value) || Array.isArray(value) ? JSON.stringify(value) : value;

export class Tasks {
  readonly #options: TasksOptions;
  /** Tasks that wait for an answer, by token. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Passes an answer on to a task. @returns whether a task waits for that token */
  settle(token: string, how: { output: unknown } | { error: ExecutionFailed } | 'heartbeat'): boolean {
    const waiting = this.#waiting.get(token);
    if (how === 'heartbeat') waiting?.beat();
    else if ('error' in how) waiting?.fail(how.error);
    else waiting?.succeed(how.output);
    return waiting !== undefined;
  }

  /** Runs a task and returns its result. @throws ExecutionFailed */
  async run(state: State, frame: Frame, flow: DataFlow, signal: AbortSignal): Promise<unknown> {
    const [, sdk, service = '', operation = '', pattern] = INTEGRATION.exec(state.Resource ?? '') ?? [];
    const token = pattern === 'waitForTaskToken' ? this.#options.ids.hex(TOKEN_BYTES) : undefined;
    const context = token ? { ...frame.context, Task: { Token: token } } : frame.context;
    const seconds = async (name: 'TimeoutSeconds' | 'HeartbeatSeconds'): Promise<number | undefined> => {
      const value = await flow.value(state, name, frame);
      return value === undefined ? undefined : Number(value);
    };
    const limits = { timeout: await seconds('TimeoutSeconds'), heartbeat: await seconds('HeartbeatSeconds') };
    return this.#within(limits, token, signal, async (answer) => {
      const given = await flow.arguments(state, { ...frame, context });
      const roleArn = String((frame.context.Execution as { RoleArn?: string } | undefined)?.RoleArn ?? '');
      const result = await this.#begin({
        state,
        given,
        sdk: Boolean(sdk),
        service,
        operation,
        pattern,
        roleArn,
      });
      return token ? answer : result;
    });
  }

  async #begin(task: {
    state: State;
    given: unknown;
    sdk: boolean;
    service: string;
    operation: string;
    pattern: string | undefined;
    roleArn: string;
  }): Promise<unknown> {
    const { state, given, sdk, service, operation, pattern, roleArn } = task;
    const resource = state.Resource ?? '';
    if (resource.split(':')[2] === 'lambda') return this.#invoke(resource, given);
    if (service === '')
      throw new ExecutionFailed(
        'States.Runtime',
        `${resource} is not carried out here: functions and operations of services are`,
      );
    const parameters = isObject(given) ? given : {};
    if (service === 'lambda' && operation === 'invoke') {
      const Payload = await this.#invoke(String(parameters.FunctionName), parameters.Payload ?? {});
      return { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 };
    }
    if (service === 'states' && operation === 'startExecution' && pattern?.startsWith('sync')) {
      return this.#nested(parameters, pattern);
    }
    const sent = sdk ? parameters : Object.fromEntries(Object.entries(parameters).map(textMember));
    const name = operation.charAt(0).toUpperCase() + operation.slice(1);
    return this.#options
      .call({ roleArn, service, operation: name, parameters: sent })
      .catch((error: Error) => {
        if (error instanceof ExecutionFailed) throw error;
        const prefix = service.charAt(0).toUpperCase() + service.slice(1);
        throw new ExecutionFailed(`${prefix}.${error.name}`, error.message);
      });
  }

  async #nested(parameters: Record<string, unknown>, pattern: string): Promise<unknown> {
    const { executionArn, end } = this.#options.startNested(parameters);
    const output = await end;
    const Output = pattern === 'sync:2' ? output : JSON.stringify(output);
    return { ExecutionArn: executionArn, Status: 'SUCCEEDED', Output };
  }

  async #invoke(arn: string, data: unknown): Promise<unknown> {
    const { payload, functionError } = await this.#options.runner
      .invoke(arn, JSON.stringify(data))
      .catch((error: Error) => {
        throw new ExecutionFailed(`Lambda.${error.name}`, error.message);
      });
    if (!functionError) {
      if (payload.length > MAX_DATA_BYTES) {
        const text = `The answer of ${arn} has more than ${MAX_DATA_BYTES} bytes, which the data of a state may have`;
        throw new ExecutionFailed('States.DataLimitExceeded', text);
      }
      return JSON.parse(payload) as unknown;
    }
    const { errorType = 'Lambda.Unknown' } = JSON.parse(payload) as { errorType?: string };
    throw new ExecutionFailed(errorType, payload);
  }

  /** Runs the start of a task within its time limits. `answer` is the answer that arrives by the token. */
  #within(
    { timeout, heartbeat }: { timeout: number | undefined; heartbeat: number | undefined },
    token: string | undefined,
    signal: AbortSignal,
    begin: (answer: Promise<unknown>) => Promise<unknown>,
  ): Promise<unknown> {
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const cancels: (() => void)[] = [];
      const end = (settle: () => void): void => {
        for (const cancel of cancels) cancel();
        cancelHeartbeat();
        signal.removeEventListener('abort', stop);
        if (token) this.#waiting.delete(token);
        settle();
      };
      const fail = (error: Error): void => end(() => reject(error));
      const stop = (): void => fail(new ExecutionFailed('States.Aborted', 'the execution was stopped'));
      const after = (seconds: number | undefined, name: string): (() => void) =>
        seconds === undefined
          ? () => {}
          : clock.after(seconds * 1000, () =>
              fail(new ExecutionFailed(name, `the task took more than ${seconds} s`)),
            );
      let cancelHeartbeat = after(heartbeat, 'States.HeartbeatTimeout');
      cancels.push(after(timeout, 'States.Timeout'));
      const answer = new Promise<unknown>((succeed, lose) => {
        const beat = (): void => {
          cancelHeartbeat();
          cancelHeartbeat = after(heartbeat, 'States.HeartbeatTimeout');
        };
        if (token) this.#waiting.set(token, { succeed, fail: lose, beat });
      });
      answer.catch(() => {});
      signal.addEventListener('abort', stop);
      begin(answer).then((value) => end(() => resolve(value)), fail);
    });
  }
}

/** Converts documents to strings; the `Detail` of an event is nested one level deeper. */
function textMember([name, value]: [string, unknown]): [string, unknown] {
  if (DOCUMENTS.includes(name)) return [name, asText(value)];
  if (name !== 'Entries' || !Array.isArray(value)) return [name, value];
  return [
    name,
    value.map((entry) =>
      isObject(entry) && 'Detail' in entry ? { ...entry, Detail: asText(entry.Detail) } : entry,
    ),
  ];
}
