import { expect, it } from 'vitest';
import { silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { askJson } from '../testing/ask.ts';
import { createStates, StateMachines } from './index.ts';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:waiter';
const fn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

function machine(answer: (name: string, n: number) => object) {
  const clock = new ScriptedClock();
  const invoked: string[] = [];
  const runner = {
    invoke: async (arn: string, payload: string) => {
      const name = arn.split(':').at(-1) ?? '';
      invoked.push(`${name} ${payload}`);
      return { payload: '{}', ...answer(name, invoked.length) } as never;
    },
  };
  const machines = new StateMachines({
    runner,
    clock,
    ids: systemIds,
    log: silentLog,
    call: async () => ({}),
  });
  machines.define(MACHINE, {
    StartAt: 'look',
    States: {
      look: {
        Type: 'Task',
        Resource: fn('look'),
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 2, BackoffRate: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'late' }],
        End: true,
      },
      late: { Type: 'Task', Resource: fn('late'), End: true },
    },
  });
  return { clock, invoked, service: createStates({ machines, clock }) };
}

const notYet = { payload: '{"errorType":"NotYet"}', functionError: 'Unhandled' };

it('A task is retried until it succeeds', async () => {
  const { clock, invoked, service } = machine((_name, n) => (n < 2 ? notYet : {}));
  const { json } = await askJson(service, 'StartExecution', { stateMachineArn: MACHINE, input: '{"a":1}' });
  expect(json.executionArn).toMatch(/:execution:waiter:/);
  await expect.poll(() => clock.pending).toBe(1);
  clock.advance(5000);
  await expect.poll(() => invoked).toEqual(['look {"a":1}', 'look {"a":1}']);
});

it('A task that fails its last attempt leads to its catcher', async () => {
  const { clock, invoked, service } = machine((name) => (name === 'look' ? notYet : {}));
  await askJson(service, 'StartExecution', { stateMachineArn: MACHINE, input: '{}' });
  for (const _ of [1, 2]) {
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(5000);
  }
  await expect.poll(() => invoked.at(-1)).toContain('late {"Error":"NotYet"');
});

it('A missing state machine is refused by name', async () => {
  const { service } = machine(() => ({}));
  const { json } = await askJson(service, 'StartExecution', { stateMachineArn: 'arn:x', input: '{}' });
  expect(json.__type).toBe('StateMachineDoesNotExist');
});
