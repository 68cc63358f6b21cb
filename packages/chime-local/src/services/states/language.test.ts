import { describe, expect, it } from 'vitest';
import { silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { askJson } from '../testing/ask.ts';
import { createStates, type Definition, StateMachines } from './index.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
const fn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** A state machine with functions by name, which records the calls to services. */
function machineOf(definition: object, functions: Record<string, (input: never) => unknown> = {}) {
  const clock = new ScriptedClock();
  const called: unknown[] = [];
  const runner = {
    invoke: async (arn: string, payload: string) => {
      try {
        const result = functions[arn.split(':').at(-1) ?? '']?.(JSON.parse(payload) as never);
        return { payload: JSON.stringify(result ?? null) } as never;
      } catch (error) {
        const { name, message } = error as Error;
        return {
          payload: JSON.stringify({ errorType: name, errorMessage: message }),
          functionError: 'Unhandled',
        } as never;
      }
    },
  };
  const machines = new StateMachines({
    runner,
    clock,
    ids: systemIds,
    log: silentLog,
    async call({ service, operation, parameters }) {
      called.push([`${service}:${operation}`, parameters]);
      return { MessageId: 'm-1' };
    },
  });
  machines.define(ARN, definition as Definition);
  const run = (input: unknown = {}): Promise<unknown> => machines.start(ARN, input).end;
  return { machines, clock, called, run, service: createStates({ machines, clock }) };
}

/** A machine with a single state. */
const only = (state: object, more: object = {}) => ({
  StartAt: 'A',
  States: { A: { End: true, ...state } },
  ...more,
});

describe('paths and payload templates of states', () => {
  it.each<[string, object, unknown, unknown]>([
    ['InputPath', { Type: 'Pass', InputPath: '$.a' }, { a: 1 }, 1],
    ['OutputPath', { Type: 'Pass', OutputPath: "$['a b'][1]" }, { 'a b': [1, 2] }, 2],
    ['ResultPath', { Type: 'Pass', Result: 5, ResultPath: '$.x.y' }, { a: 1 }, { a: 1, x: { y: 5 } }],
    ['no ResultPath', { Type: 'Pass', Result: 5, ResultPath: null }, { a: 1 }, { a: 1 }],
    [
      'Parameters',
      { Type: 'Pass', Parameters: { 'b.$': '$.a', c: [{ 'd.$': '$.a' }] } },
      { a: 1 },
      { b: 1, c: [{ d: 1 }] },
    ],
    ['a wildcard', { Type: 'Pass', InputPath: '$.list[*].n' }, { list: [{ n: 1 }, { n: 2 }] }, [1, 2]],
    ['a descent', { Type: 'Pass', InputPath: '$..n' }, { a: { n: 1 }, b: [{ n: 2 }] }, [1, 2]],
    ['a slice', { Type: 'Pass', InputPath: '$.list[1:]' }, { list: [1, 2, 3] }, [2, 3]],
    [
      'a filter',
      { Type: 'Pass', InputPath: "$.list[?(@.kind == 'b')].n" },
      {
        list: [
          { kind: 'a', n: 1 },
          { kind: 'b', n: 2 },
        ],
      },
      [2],
    ],
    ['the context', { Type: 'Pass', Parameters: { 'm.$': '$$.StateMachine.Name' } }, {}, { m: 'machine' }],
  ])('%s', async (_name, state, input, output) => {
    expect(await machineOf(only(state)).run(input)).toEqual(output);
  });

  it('A path that leads nowhere fails the execution with its error', async () => {
    const { service, run, machines } = machineOf(only({ Type: 'Pass', InputPath: '$.a.b' }));
    await expect(run({ a: 1 })).rejects.toThrow(/'\$\.a\.b' could not be found/);
    const [record] = machines.executions(ARN);
    const { json } = await askJson(service, 'DescribeExecution', { executionArn: record?.executionArn });
    expect(json).toMatchObject({ status: 'FAILED', error: 'States.ParameterPathFailure' });
  });

  it.each<[string, unknown]>([
    ["States.Format('Call {} of {}', $.n, $.list)", 'Call 3 of [1,2,2]'],
    ["States.Format('It\\'s {}', States.MathAdd($.n, 1))", "It's 4"],
    ['States.ArrayUnique($.list)', [1, 2]],
    ['States.ArrayContains($.list, 2)', true],
    ['States.ArrayPartition($.list, 2)', [[1, 2], [2]]],
    ['States.ArrayRange(1, 7, 3)', [1, 4, 7]],
    ['States.ArrayRange(0.6, 6.9, 3.2)', [1, 4, 7]],
    ['States.ArrayPartition($.list, 1.7)', [[1, 2], [2]]],
    ['States.MathAdd(1.2, 2.6)', 4],
    [
      'States.ArrayLength(States.ArrayUnique(States.Array(States.MathRandom(1, 999, 7), States.MathRandom(1, 999, 7))))',
      1,
    ],
    ['States.ArrayGetItem(States.Array($.n, 8), 1)', 8],
    ['States.ArrayLength($.list)', 3],
    ['States.JsonMerge($.a, States.StringToJson(\'{"c":1}\'), false)', { b: 1, c: 1 }],
    ['States.JsonToString($.a)', '{"b":1}'],
    ["States.Base64Decode(States.Base64Encode('ü'))", 'ü'],
    ["States.Hash('a', 'SHA-1')", '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
    ["States.StringSplit('a-b+c', '-+')", ['a', 'b', 'c']],
  ])('The intrinsic function %s gives its result', async (call, value) => {
    const { run } = machineOf(only({ Type: 'Pass', Parameters: { 'x.$': call } }));
    expect(await run({ n: 3, list: [1, 2, 2], a: { b: 1 } })).toEqual({ x: value });
  });
});

it('A choice follows its first rule that holds', async () => {
  const rule = (Next: string, test: object) => ({ Next, ...test });
  const { run } = machineOf({
    StartAt: 'Choose',
    States: {
      Choose: {
        Type: 'Choice',
        Choices: [
          rule('busy', { Variable: '$.error', IsPresent: true }),
          rule('night', {
            And: [
              { Variable: '$.hour', NumericGreaterThanEquals: 20 },
              { Not: { Variable: '$.day', StringMatches: 'S*day' } },
            ],
          }),
          rule('own', {
            Or: [
              { Variable: '$.from', StringEqualsPath: '$.owner' },
              { Variable: '$.vip', BooleanEquals: true },
            ],
          }),
        ],
        Default: 'other',
      },
      ...Object.fromEntries(
        ['busy', 'night', 'own', 'other'].map((name) => [name, { Type: 'Pass', Result: name, End: true }]),
      ),
    },
  });
  const call = { hour: 9, day: 'Monday', from: '+1', owner: '+2', vip: false };
  expect(await run(call)).toBe('other');
  expect(await run({ ...call, hour: 21 })).toBe('night');
  expect(await run({ ...call, hour: 21, day: 'Sunday' })).toBe('other');
  expect(await run({ ...call, from: '+2' })).toBe('own');
  expect(await run({ ...call, vip: true })).toBe('own');
  expect(await run({ ...call, error: null })).toBe('busy');
});

it('Branches and items run in parallel and give a list', async () => {
  const double = { Type: 'Task', Resource: fn('double'), End: true };
  const { run } = machineOf(
    {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [only({ Type: 'Pass', InputPath: '$.list' }), only({ Type: 'Pass', Result: 'x' })],
          Next: 'Each',
        },
        Each: {
          Type: 'Map',
          ItemsPath: '$[0]',
          MaxConcurrency: 1,
          ItemSelector: { 'n.$': '$$.Map.Item.Value', 'at.$': '$$.Map.Item.Index', 'word.$': '$[1]' },
          ItemProcessor: { StartAt: 'D', States: { D: double } },
          End: true,
        },
      },
    },
    { double: ({ n, at, word }: { n: number; at: number; word: string }) => `${word}${at}:${2 * n}` },
  );
  expect(await run({ list: [4, 5] })).toEqual(['x0:8', 'x1:10']);
});

it('A caught error leads to the state that the catcher names', async () => {
  const { run } = machineOf(
    {
      StartAt: 'T',
      States: {
        T: {
          Type: 'Task',
          Resource: fn('fails'),
          Catch: [{ ErrorEquals: ['Busy'], ResultPath: '$.why', Next: 'Say' }],
          End: true,
        },
        Say: {
          Type: 'Pass',
          Parameters: { 'said.$': "States.Format('{} {}', $.who, $.why.Error)" },
          End: true,
        },
      },
    },
    {
      fails() {
        throw Object.assign(new Error('no'), { name: 'Busy' });
      },
    },
  );
  expect(await run({ who: 'agent' })).toEqual({ said: 'agent Busy' });
});

describe('tasks that wait for a token', () => {
  const waiting = (more: object) =>
    only({
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: 'q', MessageBody: { 'WaitToken.$': '$$.Task.Token' } },
      ...more,
    });
  const tokenIn = ([sent]: unknown[]): string => {
    const [, { MessageBody }] = sent as [string, { MessageBody: string }];
    return (JSON.parse(MessageBody) as { WaitToken: string }).WaitToken;
  };

  it('A task continues with the output sent for its token', async () => {
    const { run, called, service } = machineOf(waiting({}));
    const end = run();
    await expect.poll(() => called.length).toBe(1);
    await askJson(service, 'SendTaskSuccess', { taskToken: tokenIn(called), output: '{"keys":"12"}' });
    expect(await end).toEqual({ keys: '12' });
    const again = await askJson(service, 'SendTaskSuccess', { taskToken: tokenIn(called), output: '{}' });
    expect(again.json.__type).toBe('TaskTimedOut');
  });

  it('A task fails by its token or by a missing heartbeat', async () => {
    const { run, called, service, clock } = machineOf(waiting({ HeartbeatSeconds: 10 }));
    const failing = run();
    await expect.poll(() => called.length).toBe(1);
    await askJson(service, 'SendTaskFailure', { taskToken: tokenIn(called), error: 'HANGUP', cause: 'gone' });
    await expect(failing).rejects.toMatchObject({ error: 'HANGUP', message: 'gone' });
    const silent = run();
    silent.catch(() => {});
    await expect.poll(() => called.length).toBe(2);
    clock.advance(9000);
    await askJson(service, 'SendTaskHeartbeat', { taskToken: tokenIn(called.slice(1)) });
    clock.advance(9000);
    clock.advance(1000);
    await expect(silent).rejects.toMatchObject({ error: 'States.HeartbeatTimeout' });
  });

  it('A task with a token ends when its execution is stopped', async () => {
    const { run, called, service, machines } = machineOf(waiting({}));
    const end = run();
    end.catch(() => {});
    await expect.poll(() => called.length).toBe(1);
    const [record] = machines.executions(ARN);
    await askJson(service, 'StopExecution', { executionArn: record?.executionArn });
    await expect(end).rejects.toThrow('stopped');
    expect(machines.executions(ARN)[0]?.status).toBe('ABORTED');
  });
});

it('Variables and JSONata pass data from state to state', async () => {
  const { run } = machineOf({
    StartAt: 'Init',
    States: {
      Init: {
        Type: 'Pass',
        Assign: { 'from.$': '$.call.from', hours: { start: 8, end: 18 } },
        Next: 'Compute',
      },
      Compute: {
        Type: 'Pass',
        QueryLanguage: 'JSONata',
        Assign: { open: '{% $states.input.hour >= $hours.start and $states.input.hour < $hours.end %}' },
        Next: 'Choose',
      },
      Choose: {
        Type: 'Choice',
        Choices: [{ Variable: '$open', BooleanEquals: true, Next: 'Open' }],
        Default: 'Closed',
      },
      Open: { Type: 'Pass', QueryLanguage: 'JSONata', Output: "{% 'connect ' & $from %}", End: true },
      Closed: { Type: 'Pass', Parameters: { 'to.$': '$from' }, End: true },
    },
  });
  expect(await run({ call: { from: '+1' }, hour: 9 })).toBe('connect +1');
  expect(await run({ call: { from: '+1' }, hour: 19 })).toEqual({ to: '+1' });
});

it('JSONata machines have arguments, outputs, conditions and items', async () => {
  const { run } = machineOf(
    {
      QueryLanguage: 'JSONata',
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: { FunctionName: fn('add'), Payload: { n: '{% $states.input.n %}' } },
          Output: '{% $states.result.Payload %}',
          Next: 'Enough',
        },
        Enough: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input > 2 %}', Next: 'Each' }],
          Default: 'Ask',
        },
        Each: {
          Type: 'Map',
          Items: '{% [1..$states.input] %}',
          ItemProcessor: only({ Type: 'Pass', Output: '{% $states.input * 10 %}' }),
          End: true,
        },
      },
    },
    { add: ({ n }: { n: number }) => n + 1 },
  );
  expect(await run({ n: 2 })).toEqual([10, 20, 30]);
  await expect(
    machineOf(only({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $no %}' })).run(),
  ).rejects.toMatchObject({
    error: 'States.QueryEvaluationError',
  });
});

it('An execution name is refused for a different input', async () => {
  const { service } = machineOf(only({ Type: 'Wait', Seconds: 5 }));
  const start = (input: string) =>
    askJson(service, 'StartExecution', { stateMachineArn: ARN, name: 'one', input });
  const { json } = await start('{}');
  expect((await start('{}')).json.executionArn).toBe(json.executionArn);
  expect((await start('{"a":1}')).json.__type).toBe('ExecutionAlreadyExists');
});

describe('definitions and data that could block the main thread', () => {
  const run = (parameters: object, input: object, more: object = {}): Promise<unknown> =>
    machineOf(only({ Type: 'Pass', Parameters: parameters, ...more })).run(input);

  it('A pattern of many stars is matched at once', async () => {
    const wanted = (StringMatches: string, a: string) =>
      machineOf({
        StartAt: 'Choose',
        States: {
          Choose: {
            Type: 'Choice',
            Choices: [{ Variable: '$.a', StringMatches, Next: 'yes' }],
            Default: 'no',
          },
          yes: { Type: 'Pass', Result: 'yes', End: true },
          no: { Type: 'Pass', Result: 'no', End: true },
        },
      }).run({ a });
    expect(await wanted(`${'*a'.repeat(20)}b`, 'a'.repeat(10_000))).toBe('no');
    expect(await wanted('*a*\\**b\\\\', 'xa-*-b\\')).toBe('yes');
    expect(await wanted('a\\*b', 'a-b')).toBe('no');
  });

  it('A path of many descents fails the execution with States.Runtime', async () => {
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1);
    const { run: follow, machines } = machineOf(only({ Type: 'Pass', InputPath: '$..*..*..*..*' }));
    await expect(follow({ deep })).rejects.toThrow('more than 500000 values');
    expect(machines.executions(ARN)[0]).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  it('A filter whose path has many steps is applied at once', async () => {
    const list = Array.from({ length: 60_000 }, () => 0);
    for (const step of ['.a'.repeat(2_000), `.${'a'.repeat(100_000)}`]) {
      expect(await run({ 'found.$': `$.list[?(@${step} == 1)]` }, { list })).toEqual({ found: [] });
    }
  });

  it('A call that repeats a list many times fails the execution', async () => {
    const list = Array.from({ length: 60_000 }, () => 0);
    const call = `States.Format('${'{}'.repeat(2_000)}'${', $.list'.repeat(2_000)})`;
    await expect(run({ 'text.$': call }, { list })).rejects.toMatchObject({
      error: 'States.DataLimitExceeded',
    });
  });

  it.each([
    ['texts made of all data', 'States.JsonToString($)', 'States.DataLimitExceeded'],
    ['descents through all data', '$..a', 'States.Runtime'],
    ['tests of all data', 'States.ArrayContains($.list, 1)', 'States.DataLimitExceeded'],
  ])('Thousands of expensive operations in a state fail the execution: %s', async (_what, text, error) => {
    const list = Array.from({ length: 100_000 }, () => 0);
    const members = Array.from({ length: 5_000 }, (_, n) => [`a${n}.$`, text]);
    await expect(run(Object.fromEntries(members), { list })).rejects.toMatchObject({ error });
  });

  it('A choice with thousands of descents fails the execution', async () => {
    const list = Array.from({ length: 100_000 }, () => 0);
    const Choices = Array.from({ length: 5_000 }, () => ({
      ...{ Variable: '$..a', IsPresent: false },
      Next: 'Same',
    }));
    const Same = { Type: 'Choice', Choices, Default: 'Same' };
    const { run: choose } = machineOf({ StartAt: 'Same', States: { Same } });
    await expect(choose({ list })).rejects.toMatchObject({ error: 'States.Runtime' });
  });

  it('A result path has at most 1,000 levels', async () => {
    const put = run({}, {}, { ResultPath: `$${'.a'.repeat(20_000)}` });
    await expect(put).rejects.toThrow('at most 1000 steps');
  });

  it.each([
    ['a loop that doubles a text', "States.Format('{}{}', $.a, $.a)"],
    ['a loop that doubles a list', 'States.Array($.a, $.a)'],
  ])('Data of more than 256 KiB fails the execution: %s', async (_what, call) => {
    const { run: loop } = machineOf({
      StartAt: 'More',
      States: {
        More: { Type: 'Pass', Parameters: { 'a.$': call }, Next: 'More' },
      },
    });
    await expect(loop({ a: 'a' })).rejects.toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('States.ALL catches neither excessive data nor definition errors', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const { run: large } = machineOf(
      {
        StartAt: 'Large',
        States: {
          Large: { Type: 'Task', Resource: fn('large'), Catch, End: true },
          Caught: { Type: 'Pass', End: true },
        },
      },
      { large: () => 'a'.repeat(300_000) },
    );
    await expect(large()).rejects.toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('A loop of states without a wait yields to other work', async () => {
    const { run: loop, machines } = machineOf({
      StartAt: 'Round',
      States: { Round: { Type: 'Pass', Next: 'Round' } },
    });
    const end = loop();
    end.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    const [{ executionArn = '', status } = {}] = machines.executions(ARN);
    expect(status).toBe('RUNNING');
    machines.stop(executionArn);
    await expect(end).rejects.toThrow('stopped');
  });

  it('Duplicate items of a long list are removed', async () => {
    const list = Array.from({ length: 20_000 }, (_, n) => n % 10_000);
    const { x } = (await run({ 'x.$': 'States.ArrayUnique($.list)' }, { list })) as { x: number[] };
    expect(x).toHaveLength(10_000);
    const objects = [{ a: 1, b: [2] }, { b: [2], a: 1 }, { a: 1 }, '1', 1];
    expect(await run({ 'x.$': 'States.ArrayUnique($.list)' }, { list: objects })).toEqual({
      x: [{ a: 1, b: [2] }, { a: 1 }, '1', 1],
    });
  });

  it.each([
    ['pieces of no whole number', 'States.ArrayPartition($.list, 0.001)', /whole number above 0/],
    ['a sum of large numbers', 'States.MathAdd(2147483648, 1)', /from -2147483648 to 2147483647/],
    ['members merged within members', 'States.JsonMerge($, $, true)', /JsonMerge is false/],
    ['a long text', `States.Base64Encode('${'a'.repeat(10_001)}')`, /more than 10000 characters/],
    ['a hash of a long text', `States.Hash('${'a'.repeat(10_001)}', 'MD5')`, /more than 10000 characters/],
    [
      'calls eleven deep',
      `${'States.Array('.repeat(11)}1${')'.repeat(11)}`,
      /more than 10 intrinsic functions/,
    ],
  ])('An intrinsic function is refused: %s', async (_what, call, message) => {
    await expect(run({ 'x.$': call }, { list: [1, 2] })).rejects.toThrow(message);
  });

  it('A too long JSONata value is refused in the worker', async () => {
    const Output = "{% $pad('a', 300000) %}";
    await expect(machineOf(only({ Type: 'Pass', QueryLanguage: 'JSONata', Output })).run()).rejects.toThrow(
      /at most 262144/,
    );
  });
});
