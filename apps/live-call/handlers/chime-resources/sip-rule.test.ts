import { describe, expect, it } from 'vitest';
import { openAccount, type TestAccount } from './testing/account.ts';
import { PretendStack } from './testing/cloudformation.ts';
import type { FaultKind } from './testing/faults.ts';

const RULE = { ResourceType: 'Custom::ChimeSipRule', LogicalResourceId: 'TelephonySipRule5B0E' };
const APPLICATION = {
  ResourceType: 'Custom::ChimeSipMediaApplication',
  LogicalResourceId: 'TelephonySipMediaApplication1F2E',
};
const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:sma-handler';
const NUMBER = '+12065550100';
const FAULTS: FaultKind[] = [
  'refused',
  'throttled',
  'broken',
  'committedButBroken',
  'cut',
  'committedButCut',
  'slow',
  'silent',
];

async function order(account: TestAccount, number: string): Promise<void> {
  await account.voice.createPhoneNumberOrder({
    ProductType: 'SipMediaApplicationDialIn',
    E164PhoneNumbers: [number],
  });
}

async function opened({ numbers = [NUMBER] }: { numbers?: string[] } = {}) {
  const account = await openAccount({ orderMs: 0, functionMs: 100_000 });
  const made = await account.voice.createSipMediaApplication({
    AwsRegion: 'us-east-1',
    Name: 'app',
    Endpoints: [{ LambdaArn: ARN }],
  });
  for (const number of numbers) await order(account, number);
  const SipMediaApplicationId = made.SipMediaApplication!.SipMediaApplicationId!;
  const properties = (TriggerValue = NUMBER): Record<string, unknown> => ({
    Name: 'LiveCall-rule',
    TriggerType: 'ToPhoneNumber',
    TriggerValue,
    Disabled: 'false',
    TargetApplications: [{ SipMediaApplicationId, Priority: '1', AwsRegion: 'us-east-1' }],
  });
  return { account, stack: new PretendStack(account, RULE), properties };
}

describe('a SIP rule', () => {
  it('A rule is made, changed in place and taken away', async () => {
    const { account, stack, properties } = await opened();
    expect(await stack.create(properties())).toBe(true);
    const id = stack.id;
    await stack.update({ ...properties(), Disabled: 'true' });
    expect(await account.rules()).toMatchObject([{ SipRuleId: id, Disabled: true, TriggerValue: NUMBER }]);
    expect((await stack.delete()).Status).toBe('SUCCESS');
    expect((await stack.delete()).Status).toBe('SUCCESS');
    expect(await account.rules()).toEqual([]);
  });

  it('Another number makes another rule; a rollback restores the first', async () => {
    const { account, stack, properties } = await opened({ numbers: [NUMBER, '+12125550100'] });
    await stack.create(properties());
    const first = stack.id;
    await stack.update(properties('+12125550100'), true);
    expect((await account.rules()).map(({ SipRuleId }) => SipRuleId)).toEqual([first]);
    await stack.update(properties('+12125550100'));
    expect((await account.rules()).map(({ TriggerValue }) => TriggerValue)).toEqual(['+12125550100']);
  });

  it('A rule waits a minute for a number to reach the inventory', async () => {
    const { account, stack, properties } = await opened({ numbers: [] });
    account.door.before = async (operation) => {
      if (operation === 'CreateSipRule' && account.count(operation) === 5) await order(account, NUMBER);
    };
    expect(await stack.create(properties())).toBe(true);
    const before = account.clock.now();
    await new PretendStack(account, RULE).create(properties('+12125550100'));
    expect(account.clock.now() - before).toBeLessThanOrEqual(61_000);
  });

  it('The failure says who has the number, after a minute', async () => {
    const { account, stack, properties } = await opened();
    const other = new PretendStack(account, RULE);
    await other.create({ ...properties(), Name: 'Other-rule' });
    const before = account.clock.now();
    expect(await stack.create(properties())).toBe(false);
    expect(stack.answers[0]?.Reason).toContain(`taken by SIP rule ${other.id} ("Other-rule")`);
    expect(account.clock.now() - before).toBeLessThanOrEqual(61_000);
    expect((await account.rules()).length).toBe(1);
  });

  it.each([
    'never-made',
    'rule',
    'LiveCall-TelephonySipRule5B0E-1ABC',
    '00000000-0000-0000-0000-000000000000',
  ])('A rule with the id %s is nothing, and is called so', async (id) => {
    const { account, stack, properties } = await opened();
    stack.properties = properties();
    account.door.faults = [];
    const before = account.clock.now();
    expect([(await stack.delete(id)).Status, account.clock.now() - before]).toEqual(['SUCCESS', 0]);
  });

  it.each(FAULTS)('One rule or none is there when a call is %s', async (kind) => {
    for (const operation of ['ListSipRules', 'CreateSipRule', 'UpdateSipRule', 'DeleteSipRule']) {
      const { account, stack, properties } = await opened();
      account.door.faults = [{ operation, kind, times: 2 }];
      const made = await stack.create(properties());
      account.door.faults = [];
      if (!made) await stack.delete(stack.answers.at(-1)?.PhysicalResourceId);
      expect([operation, (await account.rules()).length]).toEqual([operation, made ? 1 : 0]);
      account.door.faults = [{ operation, kind, times: 2 }];
      // As with an answer that never arrived: the id is invented by CloudFormation.
      await stack.delete('LiveCall-TelephonySipRule5B0E-1ABC');
      account.door.faults = [];
      expect((await stack.delete('LiveCall-TelephonySipRule5B0E-1ABC')).Status).toBe('SUCCESS');
      expect(await account.rules()).toEqual([]);
    }
  });
});

describe('a SIP media application where CloudFormation has no type for it', () => {
  const properties = { Name: 'LiveCall-sma', AwsRegion: 'us-east-1', LambdaArn: ARN };
  const names = async (account: TestAccount) =>
    ((await account.voice.listSipMediaApplications({})).SipMediaApplications ?? []).map(({ Name }) => Name);

  it('An application is made, changed and taken away, its messages logged', async () => {
    const account = await openAccount();
    const stack = new PretendStack(account, APPLICATION);
    expect(await stack.create(properties)).toBe(true);
    const { SipMediaApplicationId, SipMediaApplicationArn } = stack.answers[0]?.Data ?? {};
    expect(SipMediaApplicationArn).toContain(`:sma/${SipMediaApplicationId}`);
    const logs = new PretendStack(account, { ResourceType: 'Custom::ChimeSipMessageLogs' });
    await logs.create({ SipMediaApplicationId });
    const read = await account.voice.getSipMediaApplicationLoggingConfiguration({ SipMediaApplicationId });
    expect(read.SipMediaApplicationLoggingConfiguration?.EnableSipMediaApplicationMessageLogs).toBe(true);
    await stack.update({ ...properties, Name: 'renamed' });
    expect([await names(account), stack.id]).toEqual([['renamed'], SipMediaApplicationId]);
    expect((await logs.delete()).Status).toBe('SUCCESS');
    await stack.delete();
    expect([(await logs.delete()).Status, await names(account)]).toEqual(['SUCCESS', []]);
  });

  it.each(FAULTS)('One application or none is there when a call is %s', async (kind) => {
    for (const operation of ['ListSipMediaApplications', 'CreateSipMediaApplication']) {
      const account = await openAccount({ functionMs: 100_000 });
      const stack = new PretendStack(account, APPLICATION);
      account.door.faults = [{ operation, kind, times: 2 }];
      const made = await stack.create(properties);
      account.door.faults = [];
      expect((await names(account)).length).toBe(made ? 1 : 0);
      await stack.delete('invented');
      expect(await names(account)).toEqual([]);
    }
  });
});
