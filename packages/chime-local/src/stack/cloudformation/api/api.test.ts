import {
  ChangeSetNotFoundException,
  CloudFormation as Client,
  type CloudFormationServiceException,
  waitUntilChangeSetCreateComplete,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsEndpoint, AwsPort, startAwsEndpoint } from '#aws';
import { silentLog, systemClock, systemIds } from '#platform';
import { PretendAccount, thing } from '../testing/pretend-account.ts';
import { createCloudFormationApi } from './api.ts';

const KEYS = { accessKeyId: 'AKIDOPERATOR', secretAccessKey: 'secret' };
const TEMPLATES = new Map([['templates/one.yaml', 'Resources:\n  A:\n    Type: Test::Thing\n']]);
const WAIT = { maxWaitTime: 20, minDelay: 0.01, maxDelay: 0.01 };

let account: PretendAccount;
let front: AwsEndpoint;
let client: Client;

beforeEach(async () => {
  account = new PretendAccount();
  const api = createCloudFormationApi(account.cloudFormation, async (bucket, key) =>
    TEMPLATES.get(`${bucket}/${key}`),
  );
  front = startAwsEndpoint(await AwsPort.open({ address: '127.0.0.1', port: 0 }), {
    credentials: () => ({ ...KEYS, arn: 'arn:aws:iam::000000000000:user/operator' }),
    services: [api],
    log: silentLog,
    clock: systemClock,
    ids: systemIds,
  });
  client = new Client({ endpoint: front.endpoint, region: 'us-east-1', credentials: KEYS, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await front.close();
});

const body = (resources: object, more: object = {}): string =>
  JSON.stringify({ Resources: resources, ...more });
/** The code and the message of the error that a call rejects with. */
const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: CloudFormationServiceException) => `${error.name}: ${error.message}`,
  );

describe('the CloudFormation API', () => {
  it('The SDK creates, describes, updates and deletes a stack', async () => {
    const more = {
      Description: 'Things',
      Parameters: { P: { Type: 'String', Default: 'p' }, Secret: { Type: 'String', NoEcho: true } },
      Outputs: { Out: { Value: { Ref: 'A' }, Description: 'An id', Export: { Name: 'out' } } },
    };
    const { StackId = '' } = await client.createStack({
      StackName: 's',
      TemplateBody: body({ A: thing({ value: '1' }, { Metadata: { of: 'A' } }) }, more),
      Parameters: [{ ParameterKey: 'Secret', ParameterValue: 'hidden' }],
      Tags: [{ Key: 'team', Value: 'a & b' }],
      EnableTerminationProtection: true,
    });
    await waitUntilStackCreateComplete({ client, ...WAIT }, { StackName: 's' });
    const { Stacks: [stack] = [] } = await client.describeStacks({ StackName: StackId });
    expect(stack).toMatchObject({
      StackName: 's',
      StackStatus: 'CREATE_COMPLETE',
      Description: 'Things',
      Tags: [{ Key: 'team', Value: 'a & b' }],
      Outputs: [{ OutputKey: 'Out', OutputValue: 'A-1', Description: 'An id', ExportName: 'out' }],
      EnableTerminationProtection: true,
    });
    expect(stack?.Parameters).toEqual([
      { ParameterKey: 'P', ParameterValue: 'p' },
      { ParameterKey: 'Secret', ParameterValue: '****' },
    ]);
    expect(stack?.CreationTime).toBeInstanceOf(Date);
    const parameters = [{ ParameterKey: 'Secret', UsePreviousValue: true }];
    const next = body({ A: thing({ value: '2' }) }, more);
    await client.updateStack({ StackName: 's', TemplateBody: next, Parameters: parameters });
    await waitUntilStackUpdateComplete({ client, ...WAIT }, { StackName: 's' });
    expect((await client.getTemplate({ StackName: 's' })).TemplateBody).toBe(next);
    expect(
      await refusal(client.updateStack({ StackName: 's', TemplateBody: next, Parameters: parameters })),
    ).toBe('ValidationError: No updates are to be performed.');
    expect(await refusal(client.deleteStack({ StackName: 's' }))).toContain(
      'TerminationProtection is enabled',
    );
    await client.updateTerminationProtection({ StackName: 's', EnableTerminationProtection: false });
    await client.deleteStack({ StackName: 's' });
    await waitUntilStackDeleteComplete({ client, ...WAIT }, { StackName: StackId });
    expect(await refusal(client.describeStacks({ StackName: 's' }))).toBe(
      'ValidationError: Stack with id s does not exist',
    );
    const { StackSummaries } = await client.listStacks({ StackStatusFilter: ['DELETE_COMPLETE'] });
    expect(StackSummaries).toMatchObject([{ StackName: 's', StackStatus: 'DELETE_COMPLETE' }]);
  });

  it('The API shows resources, events, exports and imports', async () => {
    await account.deploy(
      { A: thing({}, { Metadata: { of: 'A' } }) },
      { outputs: { Out: { Value: 'x', Export: { Name: 'out' } } } },
    );
    await account.deploy({ B: thing({ ref: { 'Fn::ImportValue': 'out' } }) }, { stack: 'other' });
    const StackName = 's';
    expect((await client.listStackResources({ StackName })).StackResourceSummaries).toMatchObject([
      {
        LogicalResourceId: 'A',
        PhysicalResourceId: 'A-1',
        ResourceType: 'Test::Thing',
        ResourceStatus: 'CREATE_COMPLETE',
      },
    ]);
    expect((await client.describeStackResources({ PhysicalResourceId: 'B-1' })).StackResources).toMatchObject(
      [{ StackName: 'other', LogicalResourceId: 'B' }],
    );
    const { StackResourceDetail } = await client.describeStackResource({ StackName, LogicalResourceId: 'A' });
    expect(JSON.parse(StackResourceDetail?.Metadata ?? '')).toEqual({ of: 'A' });
    const { StackEvents = [] } = await client.describeStackEvents({ StackName });
    expect(StackEvents.map(({ ResourceStatus }) => ResourceStatus)).toEqual([
      'CREATE_COMPLETE',
      'CREATE_COMPLETE',
      'CREATE_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
    ]);
    const times = StackEvents.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
    expect(times).toEqual([...new Set(times)].sort((a, b) => b - a));
    expect((await client.listExports({})).Exports).toMatchObject([{ Name: 'out', Value: 'x' }]);
    expect((await client.listImports({ ExportName: 'out' })).Imports).toEqual(['other']);
  });

  it('The API creates, shows and executes change sets', async () => {
    const names = { StackName: 's', ChangeSetName: 'first' };
    await client.createChangeSet({
      ...names,
      ChangeSetType: 'CREATE',
      TemplateURL: 'https://s3.us-east-1.amazonaws.com/templates/one.yaml',
    });
    await waitUntilChangeSetCreateComplete({ client, ...WAIT }, names);
    expect((await client.describeStacks({ StackName: 's' })).Stacks?.[0]?.StackStatus).toBe(
      'REVIEW_IN_PROGRESS',
    );
    await client.executeChangeSet(names);
    await waitUntilStackCreateComplete({ client, ...WAIT }, { StackName: 's' });
    const second = { StackName: 's', ChangeSetName: 'second' };
    await client.createChangeSet({ ...second, TemplateBody: body({ A: thing({ name: 'n' }), B: thing() }) });
    const described = await client.describeChangeSet(second);
    expect(described).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
    expect(described.Changes?.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
      {
        Action: 'Modify',
        LogicalResourceId: 'A',
        PhysicalResourceId: 'A-1',
        Replacement: 'True',
        Scope: ['Properties'],
      },
      { Action: 'Add', LogicalResourceId: 'B' },
    ]);
    await client.deleteChangeSet(second);
    await expect(client.describeChangeSet(second)).rejects.toBeInstanceOf(ChangeSetNotFoundException);
    const third = { StackName: 's', ChangeSetName: 'third' };
    await client.createChangeSet({ ...third, UsePreviousTemplate: true });
    expect(await client.describeChangeSet(third)).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
  });

  it('The API pages long lists', async () => {
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`T${n}`, thing()]));
    await account.deploy(many);
    const first = await client.listStackResources({ StackName: 's' });
    const second = await client.listStackResources({ StackName: 's', NextToken: first.NextToken });
    expect([first.StackResourceSummaries?.length, second.StackResourceSummaries?.length]).toEqual([100, 30]);
    expect(second.NextToken).toBeUndefined();
  });

  it('A long template is read, and an endless pattern is abandoned', async () => {
    const written = (parameters: string) =>
      `${parameters}Resources:\n  A:\n    Type: Test::Thing\n${'    # a remark\n'.repeat(2_000)}`;
    const created = await client.createStack({ StackName: 'long', TemplateBody: written('') });
    expect(created.StackId).toContain(':stack/long/');
    const Parameters = [{ ParameterKey: 'P', ParameterValue: 'a'.repeat(60) }];
    const pattern = "Parameters:\n  P: {Type: String, AllowedPattern: '(a+)+b'}\n";
    expect(
      await refusal(client.createStack({ StackName: 's', TemplateBody: written(pattern), Parameters })),
    ).toBe(
      'ValidationError: Parameter P: its AllowedPattern takes too long to match. Write it without a repetition of a repetition.',
    );
  });

  it("Refusals have the service's wording", async () => {
    const template = { StackName: 's', TemplateBody: body({ A: thing() }) };
    expect(await refusal(client.createStack({ StackName: '-', TemplateBody: '{}' }))).toContain(
      "Value '-' at 'stackName'",
    );
    expect(await refusal(client.createStack({ StackName: 's' }))).toContain(
      'Either Template URL or Template Body',
    );
    expect(
      await refusal(client.createStack({ StackName: 's', TemplateURL: 'https://s3.amazonaws.com/no/where' })),
    ).toContain('S3 error');
    expect(await refusal(client.validateTemplate({ TemplateBody: 'a: [' }))).toContain(
      'YAML not well-formed',
    );
    expect(await refusal(client.describeStackResource({ StackName: 's', LogicalResourceId: 'A' }))).toContain(
      'does not exist',
    );
    await account.deploy({ A: thing() });
    expect(await refusal(client.createStack(template))).toBe(
      'AlreadyExistsException: Stack [s] already exists',
    );
    expect(await refusal(client.describeType({ Type: 'RESOURCE', TypeName: 'AWS::No::Such' }))).toContain(
      'TypeNotFoundException',
    );
    expect(await refusal(client.detectStackDrift({ StackName: 's' }))).toContain('DetectStackDrift');
  });

  it('The API returns the parameters and capabilities of a template', async () => {
    const template = body(
      { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } },
      { Parameters: { P: { Type: 'Number', Default: 1 } }, Description: 'd' },
    );
    expect(await client.validateTemplate({ TemplateBody: template })).toMatchObject({
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: [{ ParameterKey: 'P', DefaultValue: '1', NoEcho: false }],
    });
    expect(await client.getTemplateSummary({ TemplateBody: template })).toMatchObject({
      ResourceTypes: ['AWS::IAM::Role'],
      Parameters: [{ ParameterKey: 'P', ParameterType: 'Number' }],
    });
  });

  it('Another Region of the account is empty', async () => {
    await client.createStack({ StackName: 's', TemplateBody: body({ A: thing() }) });
    const other = new Client({ endpoint: front.endpoint, region: 'us-west-2', credentials: KEYS });
    expect((await other.describeStacks({})).Stacks).toEqual([]);
    expect(await refusal(other.describeStacks({ StackName: 's' }))).toContain('s does not exist');
    expect(await refusal(other.deleteStack({ StackName: 's' }))).toBe('done');
    expect((await client.describeStacks({ StackName: 's' })).Stacks?.length).toBe(1);
    const create = { StackName: 't', TemplateBody: body({ A: thing() }) };
    const said = 'ValidationError: t cannot be made in us-west-2: this account is in us-east-1.';
    expect(await refusal(other.createStack(create))).toContain(said);
    const changeSet = { ...create, ChangeSetName: 'c', ChangeSetType: 'CREATE' } as const;
    expect(await refusal(other.createChangeSet(changeSet))).toContain(said);
    other.destroy();
  });
});
