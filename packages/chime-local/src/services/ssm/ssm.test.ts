import { ParameterAlreadyExists, ParameterNotFound, SSM } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal, systemClock } from '#platform';
import type { AwsEndpoint } from '../front/index.ts';
import { ACCOUNT, OPERATOR, REGION, startFront } from '../testing/endpoint.ts';
import { createSsm, ParameterStore } from './index.ts';

let front: AwsEndpoint;
let ssm: SSM;

beforeEach(async () => {
  const parameters = new ParameterStore(openJournal(undefined), systemClock);
  front = await startFront([createSsm({ parameters, accountId: ACCOUNT, region: REGION })]);
  ssm = new SSM({ endpoint: front.endpoint, region: REGION, credentials: OPERATOR, maxAttempts: 1 });
});
afterEach(async () => {
  ssm.destroy();
  await front.close();
});

describe('the parameter store', () => {
  it('The SDK puts, gets, overwrites and deletes a parameter', async () => {
    const Name = '/chime/phoneNumber';
    expect((await ssm.putParameter({ Name, Value: '1', Type: 'String' })).Version).toBe(1);
    await expect(ssm.putParameter({ Name, Value: '2' })).rejects.toBeInstanceOf(ParameterAlreadyExists);
    expect((await ssm.putParameter({ Name, Value: '2', Overwrite: true })).Version).toBe(2);
    const { Parameter } = await ssm.getParameter({ Name });
    expect(Parameter).toMatchObject({
      Value: '2',
      Type: 'String',
      ARN: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/chime/phoneNumber`,
    });
    expect((await ssm.getParameter({ Name: Parameter?.ARN ?? '' })).Parameter?.Value).toBe('2');
    await ssm.deleteParameter({ Name });
    await expect(ssm.getParameter({ Name })).rejects.toBeInstanceOf(ParameterNotFound);
  });

  it('Parameters are listed by path and in pages', async () => {
    for (const Name of ['/a/1', '/a/2', '/a/b/3', '/c'])
      await ssm.putParameter({ Name, Value: 'v', Type: 'String' });
    const names = async (input: { Recursive?: boolean }) =>
      (await ssm.getParametersByPath({ Path: '/a', ...input })).Parameters?.map(({ Name }) => Name);
    expect(await names({})).toEqual(['/a/1', '/a/2']);
    expect(await names({ Recursive: true })).toEqual(['/a/1', '/a/2', '/a/b/3']);
    const first = await ssm.describeParameters({ MaxResults: 3 });
    const second = await ssm.describeParameters({ MaxResults: 3, NextToken: first.NextToken });
    expect([first.Parameters?.length, second.Parameters?.length]).toEqual([3, 1]);
    const some = await ssm.getParameters({ Names: ['/c', '/none'] });
    expect([some.Parameters?.length, some.InvalidParameters]).toEqual([1, ['/none']]);
  });

  it('Invalid names and values are refused', async () => {
    const put = (Name: string, Value: string) => ssm.putParameter({ Name, Value, Type: 'String' });
    await expect(put('/aws/x', 'v')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('a b', 'v')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put('a', 'v'.repeat(4097))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(ssm.getInventory({})).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
