import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { PretendAccount, thing } from './testing/pretend-account.ts';

const GetAtt = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });
let account: PretendAccount;
beforeEach(() => {
  account = new PretendAccount();
});

describe('create', () => {
  it('Needed resources are created first, and each step is an event', async () => {
    const status = await account.deploy({ B: thing({ ref: { Ref: 'A' } }), A: thing() });
    expect(status).toBe('CREATE_COMPLETE');
    expect(account.calls).toEqual(['create A-1', 'create B-1']);
    expect(account.events()).toEqual([
      's CREATE_IN_PROGRESS: User Initiated',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS: Resource creation Initiated',
      'A CREATE_COMPLETE',
      'B CREATE_IN_PROGRESS',
      'B CREATE_IN_PROGRESS: Resource creation Initiated',
      'B CREATE_COMPLETE',
      's CREATE_COMPLETE',
    ]);
  });

  it('A failed create deletes everything in reverse order', async () => {
    const status = await account.deploy({
      A: thing(),
      B: thing({ ref: { Ref: 'A' } }),
      C: thing({ ref: { Ref: 'B' }, fail: ['create'] }),
      D: thing({ ref: { Ref: 'C' } }),
    });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(account.calls.slice(3)).toEqual(['delete B-1', 'delete A-1']);
    expect([...account.there]).toEqual([]);
    expect(account.events().slice(-8)).toEqual([
      'C CREATE_FAILED: create was refused',
      's ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [C]. Rollback requested by user.',
      'C DELETE_COMPLETE',
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      's ROLLBACK_COMPLETE',
    ]);
  });

  it('Rollback deletes the remains of a failed resource by its id', async () => {
    await account.deploy({ A: thing({ fail: ['late'] }) });
    expect(account.calls).toEqual(['create A-1', 'delete A-1']);
  });

  it('A failure cancels the resources in progress', async () => {
    await account.deploy({ A: thing({ hang: true }), B: thing({ fail: ['create'] }) });
    expect(account.events()).toContain('A CREATE_FAILED: Resource creation cancelled');
    expect(account.events()).toContain(
      's ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [B, A]. Rollback requested by user.',
    );
    expect(account.calls).toContain('delete A-1');
  });

  it('An update continues after a failure that was not rolled back', async () => {
    const failing = { A: thing(), B: thing({ ref: { Ref: 'A' }, fail: ['create'] }) };
    expect(await account.deploy(failing, { noRollback: true })).toBe('CREATE_FAILED');
    expect([...account.there]).toEqual(['A-1']);
    expect(await account.deploy({ A: thing(), B: thing({ ref: { Ref: 'A' } }) })).toBe('UPDATE_COMPLETE');
    expect([...account.there]).toEqual(['A-1', 'B-2']);
  });

  it('A failed rollback names the resource that could not be deleted', async () => {
    const status = await account.deploy({
      A: thing({ fail: ['delete'] }),
      B: thing({ ref: { Ref: 'A' }, fail: ['create'] }),
    });
    expect(status).toBe('ROLLBACK_FAILED');
    expect(account.events().at(-1)).toBe(
      's ROLLBACK_FAILED: The following resource(s) failed to delete: [A].',
    );
    await expect(account.deploy({ A: thing() })).rejects.toThrow('is in ROLLBACK_FAILED state');
  });

  it('Rollback retains resources whose policy is Retain', async () => {
    await account.deploy({
      A: thing({}, { DeletionPolicy: 'Retain' }),
      B: thing({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
      C: thing({ ref: [{ Ref: 'A' }, { Ref: 'B' }], fail: ['create'] }),
    });
    expect([...account.there]).toEqual(['A-1']);
    expect(account.events()).toContain('A DELETE_SKIPPED');
  });
});

describe('update', () => {
  it('An update changes only what differs, in place where possible', async () => {
    await account.deploy({ A: thing({ value: '1' }), B: thing({ ref: GetAtt('A', 'Value') }), C: thing() });
    account.calls.length = 0;
    expect(
      await account.deploy({ A: thing({ value: '2' }), B: thing({ ref: GetAtt('A', 'Value') }), C: thing() }),
    ).toBe('UPDATE_COMPLETE');
    expect(account.calls).toEqual(['update A-1 1>2', 'update B-1 undefined>undefined']);
  });

  it('An update without changes is refused', async () => {
    await account.deploy({ A: thing() });
    await expect(account.deploy({ A: thing() })).rejects.toThrow('No updates are to be performed.');
  });

  it('A replaced resource is deleted in the cleanup', async () => {
    await account.deploy({ A: thing({ name: 'one' }), B: thing({ ref: { Ref: 'A' } }), Old: thing() });
    const before = account.events().length;
    await account.deploy({ A: thing({ name: 'two' }), B: thing({ ref: { Ref: 'A' } }), New: thing() });
    expect(account.calls.slice(3)).toEqual([
      'create A-2',
      'create New-1',
      'update B-1 undefined>undefined',
      'delete A-1',
      'delete Old-1',
    ]);
    expect(account.events(before).filter((line) => /^[sA] /.test(line))).toEqual([
      's UPDATE_IN_PROGRESS: User Initiated',
      'A UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
      'A UPDATE_IN_PROGRESS: Resource creation Initiated',
      'A UPDATE_COMPLETE',
      's UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      's UPDATE_COMPLETE',
    ]);
  });

  it('UpdateReplacePolicy Retain keeps the replaced resource', async () => {
    await account.deploy({ A: thing({ name: 'one' }, { UpdateReplacePolicy: 'Retain' }) });
    await account.deploy({ A: thing({ name: 'two' }, { UpdateReplacePolicy: 'Retain' }) });
    expect([...account.there]).toEqual(['A-1', 'A-2']);
  });

  it('A failed update restores the previous properties of changed resources', async () => {
    await account.deploy({ A: thing({ value: '1' }), B: thing({ value: 'x', ref: { Ref: 'A' } }) });
    account.calls.length = 0;
    const before = account.events().length;
    const status = await account.deploy({
      A: thing({ value: '2' }),
      B: thing({ value: 'y', ref: { Ref: 'A' }, fail: ['update'] }),
      C: thing(),
    });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.calls).toEqual([
      'update A-1 1>2',
      'create C-1',
      'update B-1 x>y',
      'update A-1 2>1',
      'update B-1 y>x',
      'delete C-1',
    ]);
    expect(account.events(before).filter((line) => line.startsWith('s '))).toEqual([
      's UPDATE_IN_PROGRESS: User Initiated',
      's UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [B].',
      's UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      's UPDATE_ROLLBACK_COMPLETE',
    ]);
    await expect(
      account.deploy({ A: thing({ value: '1' }), B: thing({ value: 'x', ref: { Ref: 'A' } }) }),
    ).rejects.toThrow('No updates are to be performed.');
  });

  it('Rollback of a replacement keeps the old resource', async () => {
    await account.deploy({ A: thing({ name: 'one' }) });
    await account.deploy({ A: thing({ name: 'two' }), B: thing({ ref: { Ref: 'A' }, fail: ['create'] }) });
    expect([...account.there]).toEqual(['A-1']);
    expect(account.physicalId('A')).toBe('A-1');
  });

  it('A failed update without rollback can be rolled back later', async () => {
    await account.deploy({ A: thing({ value: '1' }) });
    const failing = { A: thing({ value: '2' }), B: thing({ ref: { Ref: 'A' }, fail: ['create'] }) };
    expect(await account.deploy(failing, { noRollback: true })).toBe('UPDATE_FAILED');
    const stackId = account.cloudFormation.rollBack('s');
    expect((await account.cloudFormation.settled(stackId)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.calls.slice(-1)).toEqual(['update A-1 2>1']);
  });

  it('A stuck rollback continues when its obstacle is skipped', async () => {
    await account.deploy({ A: thing({ value: '1', fail: ['update'] }), B: thing() });
    const next = { A: thing({ value: '2' }), B: thing({ ref: { Ref: 'A' }, fail: ['update'] }) };
    expect(await account.deploy(next)).toBe('UPDATE_ROLLBACK_FAILED');
    expect(account.events().at(-1)).toBe(
      's UPDATE_ROLLBACK_FAILED: The following resource(s) failed to update: [A].',
    );
    const stackId = account.cloudFormation.rollBack('s', { skip: ['A'] });
    expect((await account.cloudFormation.settled(stackId)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('A new physical id replaces a custom resource', async () => {
    const custom = (value: string, answerId?: string) => ({
      Type: 'Custom::Thing',
      Properties: { value, ...(answerId ? { answerId } : {}) },
    });
    await account.deploy({ A: custom('1') });
    await account.deploy({ A: custom('2', 'other') });
    expect(account.calls.slice(1)).toEqual(['update A-1 1>2', 'delete A-1']);
    account.calls.length = 0;
    await account.deploy({ A: custom('3', 'third'), B: thing({ ref: { Ref: 'A' }, fail: ['create'] }) });
    expect(account.calls).toEqual(['update other 2>3', 'create B-1', 'update third 3>2', 'delete third']);
    expect(account.physicalId('A')).toBe('other');
  });

  it('An update cannot change the type of a resource', async () => {
    await account.deploy({ A: thing() });
    await expect(account.deploy({ A: { Type: 'Custom::Thing' } })).rejects.toThrow(
      'modifies resource type of the following resources: [A]',
    );
  });
});

describe('delete', () => {
  it('Dependants are deleted before the resources that they need', async () => {
    await account.deploy({
      A: thing(),
      B: thing({ ref: { Ref: 'A' } }),
      C: thing({}, { DeletionPolicy: 'Retain' }),
    });
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(account.calls.slice(3)).toEqual(['delete B-1', 'delete A-1']);
    expect([...account.there]).toEqual(['C-1']);
    expect(account.store.find('s')).toBeUndefined();
  });

  it('A repeated delete can retain the resource that failed', async () => {
    await account.deploy({ A: thing({ fail: ['delete'] }), B: thing() });
    expect(await account.delete()).toBe('DELETE_FAILED');
    expect(account.events().at(-1)).toBe('s DELETE_FAILED: The following resource(s) failed to delete: [A].');
    expect(await account.delete('s', ['A'])).toBe('DELETE_COMPLETE');
  });

  it('Termination protection refuses a delete', async () => {
    await account.deploy({ A: thing() });
    account.cloudFormation.setTerminationProtection('s', true);
    await expect(account.delete()).rejects.toThrow(
      'cannot be deleted while TerminationProtection is enabled',
    );
  });
});

describe('exports', () => {
  const outputs = (value: unknown) => ({ Out: { Value: value, Export: { Name: 'shared' } } });
  const user = { U: thing({ ref: { 'Fn::ImportValue': 'shared' } }) };

  it('An export cannot be removed while another stack imports it', async () => {
    await account.deploy({ A: thing({ value: '1' }) }, { outputs: outputs({ Ref: 'A' }) });
    expect(await account.deploy(user, { stack: 'other' })).toBe('CREATE_COMPLETE');
    expect(await account.deploy({ A: thing({ value: '1' }) }, { outputs: {} })).toBe(
      'UPDATE_ROLLBACK_COMPLETE',
    );
    expect(account.store.find('s')?.outputs).toHaveLength(1);
    expect(await account.delete()).toBe('DELETE_FAILED');
    expect(account.events().at(-1)).toBe(
      's DELETE_FAILED: Delete canceled. Cannot delete export shared as it is in use by other',
    );
    expect(await account.delete('other')).toBe('DELETE_COMPLETE');
    expect(await account.delete()).toBe('DELETE_COMPLETE');
  });

  it('An export name belongs to one stack only', async () => {
    await account.deploy({ A: thing() }, { outputs: outputs('x') });
    expect(await account.deploy({ A: thing() }, { outputs: outputs('y'), stack: 'other' })).toBe(
      'ROLLBACK_COMPLETE',
    );
    expect(account.events(0, 'other').join('\n')).toContain(
      'Export with name shared is already exported by stack s',
    );
  });

  it('A missing export fails the importing resource', async () => {
    expect(await account.deploy(user)).toBe('ROLLBACK_COMPLETE');
    expect(account.events()).toContain('U CREATE_FAILED: No export named shared found.');
  });
});

describe('change sets', () => {
  const changeSet = (type: 'CREATE' | 'UPDATE', resources: object, changeSetName = 'c') =>
    account.cloudFormation.changeSets.create({
      stackName: 's',
      changeSetName,
      type,
      templateBody: JSON.stringify({ Resources: resources }),
    });

  it('A change set creates its stack when it is executed', async () => {
    const { stackId, changes } = changeSet('CREATE', { A: thing() });
    expect(account.store.find('s')?.status).toBe('REVIEW_IN_PROGRESS');
    expect(account.events()).toEqual(['s REVIEW_IN_PROGRESS: User Initiated']);
    expect(changes).toMatchObject([{ action: 'Add', logicalId: 'A' }]);
    account.cloudFormation.changeSets.execute('c', 's');
    expect((await account.cloudFormation.settled(stackId)).status).toBe('CREATE_COMPLETE');
    expect(() => account.cloudFormation.changeSets.execute('c', 's')).toThrow('cannot be executed');
  });

  it('A change set requires no capability for macros, only for IAM', () => {
    const templateBody = JSON.stringify({
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        F: {
          Type: 'AWS::Serverless::Function',
          Properties: { InlineCode: 'exports.handler = 0', Handler: 'index.handler', Runtime: 'nodejs22.x' },
        },
      },
    });
    const given = { stackName: 's', templateBody, capabilities: ['CAPABILITY_IAM'] };
    const reviewed = (more: object) => () =>
      account.cloudFormation.changeSets.create({ ...given, changeSetName: 'c', type: 'CREATE', ...more });
    expect(reviewed({ capabilities: [] })).toThrow('Requires capabilities : [CAPABILITY_IAM]');
    expect(reviewed({})).not.toThrow(/capabilities/);
    expect(() => account.cloudFormation.createStack({ ...given, stackName: 'other' })).toThrow(
      'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    );
  });

  it('A change set without changes fails with the expected message', async () => {
    await account.deploy({ A: thing() });
    expect(changeSet('UPDATE', { A: thing() })).toMatchObject({
      status: 'FAILED',
      executionStatus: 'UNAVAILABLE',
      statusReason: expect.stringContaining("The submitted information didn't contain changes."),
      changes: [],
    });
  });

  it('A change set lists changes, replacements and removals in advance', async () => {
    await account.deploy({
      A: thing({ name: 'one' }),
      B: thing({ ref: { Ref: 'A' } }),
      C: thing({ value: '1' }),
      D: thing({ ref: GetAtt('C', 'Value') }),
      E: thing({ ref: { Ref: 'C' } }),
      F: thing(),
    });
    const { changes } = changeSet('UPDATE', {
      A: thing({ name: 'two' }),
      B: thing({ ref: { Ref: 'A' } }),
      C: thing({ value: '2' }),
      D: thing({ ref: GetAtt('C', 'Value') }),
      E: thing({ ref: { Ref: 'C' } }),
    });
    expect(
      changes.map((change) => `${change.action} ${change.logicalId} ${change.replacement ?? ''}`.trim()),
    ).toEqual(['Modify A True', 'Modify B False', 'Modify C False', 'Modify D False', 'Remove F']);
  });
});

describe('requests', () => {
  const create = (template: object, more: object = {}) =>
    account.cloudFormation.createStack({ stackName: 's', templateBody: JSON.stringify(template), ...more });
  const Resources = { A: thing() };

  it("Invalid requests are refused with the service's messages", () => {
    const withParameter = (declared: object) => ({ Resources, Parameters: { P: declared } });
    const p = (ParameterValue: string) => ({ parameters: [{ ParameterKey: 'P', ParameterValue }] });
    expect(() => create(withParameter({ Type: 'String' }))).toThrow('Parameters: [P] must have values');
    expect(() => create({ Resources }, p('x'))).toThrow('Parameters: [P] do not exist in the template');
    expect(() => create(withParameter({ Type: 'String', AllowedValues: ['a'] }), p('x'))).toThrow(
      'AllowedValues',
    );
    expect(() => create(withParameter({ Type: 'String', AllowedPattern: '[a-z]+' }), p('x1'))).toThrow(
      'must match pattern',
    );
    const endless = withParameter({ Type: 'String', AllowedPattern: '(a+)+b' });
    expect(() => create(endless, p('a'.repeat(60)))).toThrow('takes too long to match');
    expect(() => create(withParameter({ Type: 'Number', MaxValue: 5 }), p('6'))).toThrow(
      'not greater than 5',
    );
    expect(() => create(withParameter({ Type: 'AWS::SSM::Parameter::Value<String>' }), p('/a'))).toThrow(
      'Unable to fetch parameters [/a] from parameter store for this account.',
    );
    expect(() => create({ Resources: { A: thing({ ref: { Ref: 'Nobody' } }) } })).toThrow(
      'Unresolved resource dependencies [Nobody]',
    );
    expect(() => create({ Resources: { R: { Type: 'AWS::IAM::Role' } } })).toThrow(
      'Requires capabilities : [CAPABILITY_IAM]',
    );
    expect(() =>
      create(
        { Resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } } },
        { capabilities: ['CAPABILITY_IAM'] },
      ),
    ).toThrow('Requires capabilities : [CAPABILITY_NAMED_IAM]');
    expect(() =>
      create({
        Resources,
        Rules: {
          R: { Assertions: [{ Assert: { 'Fn::Contains': [['1'], '2'] }, AssertDescription: 'too old' }] },
        },
      }),
    ).toThrow('too old');
    expect(account.store.all()).toEqual([]);
  });

  it('A reference to a secret gives its text or one member', async () => {
    account.secrets.set('arn:aws:secretsmanager:us-east-1:0:secret:db-1', '{"user":"ann"}').set('plain', 'p');
    const [whole, one] = ['{{resolve:secretsmanager:plain}}', ':SecretString:user}}'];
    const template = {
      Resources: {
        A: thing({
          value: `${whole} {{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:0:secret:db-1${one}`,
        }),
      },
    };
    await account.cloudFormation.settled(create(template));
    expect(account.store.resource(account.cloudFormation.existing('s').stackId, 'A')?.properties).toEqual({
      value: 'p ann',
    });
  });

  it('A public parameter has a plausible value', async () => {
    const template = {
      Resources: { A: thing({ value: { Ref: 'P' } as unknown as string }) },
      Parameters: {
        P: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/aws/service/some-ami-arm' },
      },
    };
    await account.cloudFormation.settled(create(template));
    expect(account.store.resource(account.cloudFormation.existing('s').stackId, 'A')?.properties).toEqual({
      value: 'ami-00000000000000000',
    });
  });

  it('A parameter takes its value from the parameter store', async () => {
    account.parameters.set('/a/b', 'stored');
    const template = {
      Resources: { A: thing({ value: { Ref: 'P' } as unknown as string }) },
      Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a/b' } },
    };
    await account.cloudFormation.settled(create(template));
    expect(account.store.resource(account.cloudFormation.existing('s').stackId, 'A')?.properties).toEqual({
      value: 'stored',
    });
  });
});

describe('restart', () => {
  it('Stacks survive a restart; interrupted operations have failed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stacks-'));
    const file = path.join(folder, 'journal');
    const first = new PretendAccount(file);
    await first.deploy({ A: thing({ value: '1' }) });
    const hanging = {
      stackName: 'h',
      templateBody: JSON.stringify({ Resources: { H: thing({ hang: true }) } }),
    };
    first.cloudFormation.createStack(hanging);
    const second = new PretendAccount(file);
    await second.cloudFormation.resume();
    expect(second.store.find('s')?.status).toBe('CREATE_COMPLETE');
    expect(second.store.find('h')?.status).toBe('CREATE_FAILED');
    expect(second.events()).toEqual(first.events());
    expect(second.calls).toEqual([]);
    expect(await second.delete()).toBe('DELETE_COMPLETE');
    expect(second.calls).toEqual(['delete A-1']);
    rmSync(folder, { recursive: true });
  });
});
