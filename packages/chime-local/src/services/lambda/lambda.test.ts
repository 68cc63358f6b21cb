import * as sdk from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { type FunctionSpec, type InvokeResult, LambdaServiceError } from '#lambda-runner';
import { openJournal, silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { OPERATOR, REGION, startFront } from '../testing/endpoint.ts';
import { ASYNC_RETRY_MS } from './async-invoker.ts';
import { FunctionPolicies } from './function-policies.ts';
import { createLambda } from './lambda.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:echo';
const SPEC: FunctionSpec = {
  functionName: 'echo',
  arn: ARN,
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  environment: { SECRET: 'not for everyone' },
  timeoutSeconds: 3,
  memoryMegabytes: 128,
  ephemeralStorageMegabytes: 512,
  code: async () => ({ directory: '/', version: '1' }),
  credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
};
const RESULT: InvokeResult = {
  requestId: 'r-1',
  payload: '{}',
  logTail: 'last words',
  durationMs: 1,
  coldStart: false,
};

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function start(invoke: (name: string, payload: string) => Promise<InvokeResult>) {
  const clock = new ScriptedClock();
  const invoked: string[][] = [];
  const runner = {
    find: (name: string) => (/(^|:)echo(:|$)/.test(name) ? SPEC : undefined),
    list: () => [SPEC],
    invoke: (name: string, payload: string) => {
      invoked.push([name, payload]);
      return invoke(name, payload);
    },
  };
  const access = { policies: new FunctionPolicies(), accountId: '000000000000', region: 'us-east-1' };
  const front = await startFront([createLambda({ runner, access, clock, log: silentLog })]);
  const client = new sdk.Lambda({
    endpoint: front.endpoint,
    region: REGION,
    credentials: OPERATOR,
    maxAttempts: 1,
  });
  closing.push(async () => {
    client.destroy();
    await front.close();
  });
  return { lambda: client, invoked, clock };
}

const text = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString();

describe('Invoke', () => {
  it("Invoke returns the function's result and, on request, its log", async () => {
    const { lambda, invoked } = await start(async (_name, payload) => ({
      ...RESULT,
      payload: `[${payload}]`,
    }));
    const answer = await lambda.invoke({ FunctionName: 'echo', Payload: '{"a":"ü"}', LogType: 'Tail' });
    expect(text(answer.Payload)).toBe('[{"a":"ü"}]');
    expect(answer.StatusCode).toBe(200);
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.ExecutedVersion).toBe('$LATEST');
    expect(Buffer.from(answer.LogResult!, 'base64').toString()).toBe('last words');
    const plain = await lambda.invoke({ FunctionName: 'echo' });
    expect(plain.LogResult).toBeUndefined();
    expect(invoked).toEqual([
      ['echo', '{"a":"ü"}'],
      ['echo', '{}'],
    ]);
  });

  it('Every form of a function name is accepted', async () => {
    const { lambda, invoked } = await start(async () => RESULT);
    await lambda.invoke({ FunctionName: ARN });
    await lambda.invoke({ FunctionName: `${ARN}:live` });
    await lambda.invoke({ FunctionName: '000000000000:function:echo' });
    await lambda.invoke({ FunctionName: 'echo', Qualifier: '$LATEST' });
    expect(invoked.map(([name]) => name)).toEqual([ARN, `${ARN}:live`, 'echo', 'echo:$LATEST']);
  });

  it('A failed function is reported as such', async () => {
    const payload = '{"errorMessage":"no","errorType":"Error"}';
    const { lambda } = await start(async () => ({ ...RESULT, payload, functionError: 'Unhandled' }));
    const answer = await lambda.invoke({ FunctionName: 'echo' });
    expect([answer.StatusCode, answer.FunctionError, text(answer.Payload)]).toEqual([
      200,
      'Unhandled',
      payload,
    ]);
  });

  it("Invocations are refused with the service's own errors", async () => {
    const busy = new LambdaServiceError('TooManyRequestsException', 429, 'all are busy');
    const { lambda } = await start(() => Promise.reject(busy));
    const refused = async (input: sdk.InvokeCommandInput, error: new (...args: never[]) => Error) =>
      expect(lambda.invoke(input)).rejects.toBeInstanceOf(error);
    await refused({ FunctionName: 'echo' }, sdk.TooManyRequestsException);
    await refused({ FunctionName: 'nobody' }, sdk.ResourceNotFoundException);
    await refused({ FunctionName: 'echo', Payload: '{' }, sdk.InvalidRequestContentException);
    const large = JSON.stringify('x'.repeat(6 * 1024 * 1024));
    await refused({ FunctionName: 'echo', Payload: large }, sdk.RequestTooLargeException);
    const async = {
      FunctionName: 'echo',
      InvocationType: 'Event',
      Payload: JSON.stringify('x'.repeat(2_000_000)),
    } as const;
    await refused(async, sdk.RequestTooLargeException);
  });

  it('An event is answered with 202 at once and retried twice', async () => {
    const { lambda, invoked, clock } = await start(() => Promise.reject(new Error('broken')));
    const answer = await lambda.invoke({ FunctionName: 'echo', InvocationType: 'Event', Payload: '1' });
    expect(answer.StatusCode).toBe(202);
    expect(invoked).toHaveLength(1);
    for (const [index, ms] of ASYNC_RETRY_MS.entries()) {
      clock.advance(ms - 1);
      expect(invoked).toHaveLength(index + 1);
      clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(invoked).toHaveLength(index + 2);
    }
    expect(clock.pending).toBe(0);
  });

  it('A dry run does not run the function', async () => {
    const { lambda, invoked } = await start(async () => RESULT);
    const answer = await lambda.invoke({ FunctionName: 'echo', InvocationType: 'DryRun' });
    expect(answer.StatusCode).toBe(204);
    expect(invoked).toEqual([]);
  });
});

describe('functions', () => {
  it('Functions are shown without their environment variables', async () => {
    const { lambda } = await start(async () => RESULT);
    const expected = { FunctionName: 'echo', FunctionArn: ARN, Timeout: 3, EphemeralStorage: { Size: 512 } };
    expect((await lambda.getFunction({ FunctionName: 'echo' })).Configuration).toMatchObject(expected);
    const configuration = await lambda.getFunctionConfiguration({ FunctionName: ARN });
    expect(configuration).toMatchObject(expected);
    expect(configuration.Environment).toBeUndefined();
    expect((await lambda.listFunctions({})).Functions).toMatchObject([expected]);
    await expect(lambda.getFunction({ FunctionName: 'nobody' })).rejects.toBeInstanceOf(
      sdk.ResourceNotFoundException,
    );
    await expect(lambda.deleteFunction({ FunctionName: 'echo' })).rejects.toThrow(/Invoke, GetFunction/);
  });
});

describe("a function's policy", () => {
  const chime = { FunctionName: 'echo', StatementId: 'chime', Action: 'lambda:InvokeFunction' };
  const Principal = 'voiceconnector.chime.amazonaws.com';

  it('A principal has access until its statement is removed', async () => {
    const { lambda } = await start(async () => RESULT);
    const { Statement } = await lambda.addPermission({ ...chime, Principal });
    const statement = { Sid: 'chime', Effect: 'Allow', Principal: { Service: Principal }, Resource: ARN };
    expect(JSON.parse(Statement ?? '')).toMatchObject(statement);
    const { Policy } = await lambda.getPolicy({ FunctionName: 'echo' });
    expect(JSON.parse(Policy ?? '').Statement).toMatchObject([statement]);
    await lambda.removePermission({ FunctionName: 'echo', StatementId: 'chime' });
    await expect(lambda.getPolicy({ FunctionName: 'echo' })).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  it('A duplicate and an unknown statement id are refused', async () => {
    const { lambda } = await start(async () => RESULT);
    await lambda.addPermission({ ...chime, Principal });
    await expect(lambda.addPermission({ ...chime, Principal })).rejects.toThrow(
      sdk.ResourceConflictException,
    );
    await expect(lambda.removePermission({ FunctionName: 'echo', StatementId: 'x' })).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
  });

  it('A permission granted through the API survives a restart', () => {
    const journal = openJournal(undefined);
    new FunctionPolicies(journal).grant('echo', { id: 'a', principal: Principal, action: 'lambda:*' });
    expect(new FunctionPolicies(journal).invokableBy(Principal)).toEqual(['echo']);
  });
});
