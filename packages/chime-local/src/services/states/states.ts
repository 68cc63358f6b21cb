/** The API of Step Functions: StartExecution. */
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createJsonService, textOf } from '../rest/json-service.ts';
import type { StateMachines } from './state-machines.ts';

export function createStates({
  machines,
  clock,
}: {
  machines: StateMachines;
  clock: { now(): number };
}): AwsService {
  return createJsonService(
    'Step Functions',
    ['states'],
    {
      StartExecution: (input) => {
        const name = input.name === undefined ? undefined : textOf(input, 'name');
        const executionArn = machines.start(textOf(input, 'stateMachineArn'), read(input.input), name);
        return { executionArn, startDate: clock.now() / 1000 };
      },
    },
    ({ stateMachineArn }) => (typeof stateMachineArn === 'string' ? [stateMachineArn] : []),
  );
}

function read(input: unknown): unknown {
  try {
    return JSON.parse(typeof input === 'string' ? input : '{}');
  } catch {
    throw new ApiError(400, 'InvalidExecutionInput', 'The input is not JSON');
  }
}
