/** The API of Step Functions: executions, and answers to tasks that wait for a token. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, type JsonOperation, textOf } from '../rest/json-service.ts';
import { readJson } from '../rest/json-text.ts';
import type { ExecutionRecord, StateMachines } from './state-machines.ts';

type Input = Record<string, unknown>;

const optional = (input: Input, name: string): string | undefined =>
  input[name] === undefined ? undefined : textOf(input, name);

export function createStates({
  machines,
  clock,
}: {
  machines: StateMachines;
  clock: { now(): number };
}): AwsService {
  const start = (input: Input) =>
    machines.start(
      textOf(input, 'stateMachineArn'),
      read(input.input, 'InvalidExecutionInput'),
      optional(input, 'name'),
    );
  return createJsonService(
    'Step Functions',
    ['states'],
    {
      StartExecution: (input) => ({ executionArn: start(input).executionArn, startDate: clock.now() / 1000 }),
      async StartSyncExecution(input) {
        const { executionArn, end } = start(input);
        await end.catch(() => {});
        return showExecution(machines.execution(executionArn));
      },
      StopExecution(input) {
        machines.stop(textOf(input, 'executionArn'), optional(input, 'error'), optional(input, 'cause'));
        return { stopDate: clock.now() / 1000 };
      },
      DescribeExecution: (input) => showExecution(machines.execution(textOf(input, 'executionArn'))),
      ListExecutions: (input) => ({
        executions: machines
          .executions(textOf(input, 'stateMachineArn'))
          .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
          .map(({ input: _input, output: _output, ...record }) => showExecution(record)),
      }),
      ...aboutMachines(machines),
      ...answersToTasks(machines),
    },
    ({ stateMachineArn, executionArn }) =>
      [stateMachineArn, executionArn].filter((arn): arn is string => typeof arn === 'string'),
  );
}

const aboutMachines = (machines: StateMachines): Readonly<Record<string, JsonOperation>> => ({
  DescribeStateMachine(input) {
    const stateMachineArn = textOf(input, 'stateMachineArn');
    const { definition, roleArn, type } = machines.find(stateMachineArn);
    const name = stateMachineArn.split(':').at(-1);
    return {
      stateMachineArn,
      name,
      definition: JSON.stringify(definition),
      roleArn,
      type,
      status: 'ACTIVE',
    };
  },
  ListStateMachines: () => ({
    stateMachines: machines.arns().map((stateMachineArn) => ({
      stateMachineArn,
      name: stateMachineArn.split(':').at(-1),
      type: machines.find(stateMachineArn).type,
    })),
  }),
});

const answersToTasks = (machines: StateMachines): Readonly<Record<string, JsonOperation>> => ({
  SendTaskSuccess(input) {
    machines.answer(textOf(input, 'taskToken'), { output: read(input.output, 'InvalidOutput') });
    return {};
  },
  SendTaskFailure(input) {
    const cause = optional(input, 'cause') ?? '';
    machines.answer(textOf(input, 'taskToken'), {
      error: optional(input, 'error') ?? 'States.TaskFailed',
      cause,
    });
    return {};
  },
  SendTaskHeartbeat(input) {
    machines.answer(textOf(input, 'taskToken'), 'heartbeat');
    return {};
  },
});

function showExecution({
  startedAt,
  endedAt,
  ...record
}: Omit<ExecutionRecord, 'input'> & { input?: string }): object {
  return {
    ...record,
    startDate: startedAt / 1000,
    ...(endedAt === undefined ? {} : { stopDate: endedAt / 1000 }),
  };
}

function read(text: unknown, code: string): unknown {
  try {
    return readJson(typeof text === 'string' ? text : '{}');
  } catch {
    throw new ApiError(400, code, 'It is not JSON');
  }
}
