import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ChimeSDKVoiceClient,
  ListPhoneNumbersCommand,
  ListSipMediaApplicationsCommand,
  ListSipRulesCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { awsConfig, eventually, findAwsCli, RunningStack, Telephone } from '#testkit';
import { CommandLines, changedAssembly, type Ended, logicalId } from './command-lines.ts';
import { type LoadedAws, loadAws } from './loaded-aws.ts';
import { COPY, synthesiseSmallApp } from './small-app.ts';

const STACK = 'LiveCall';
const BOOTSTRAP_BUCKET = 'cdk-hnb659fds-assets-000000000000-us-east-1';
/** Maximum milliseconds of a test: on a quiet machine each takes less than a tenth. */
const LONG_MS = 600_000;

/** A stack whose parameter can change, and whose log group remains after the stack is deleted. */
const template = (value: string): string =>
  JSON.stringify({
    Resources: {
      Greeting: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/plain', Type: 'String', Value: value } },
      Kept: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Retain' },
    },
    Outputs: { Name: { Value: { Ref: 'Greeting' }, Export: { Name: 'plain-name' } } },
  });

const awsCli = await findAwsCli();
if ('missing' in awsCli) console.warn(`The deployments are not tested: ${awsCli.missing}.`);

let running: RunningStack;
let aws: LoadedAws;
let run: CommandLines;
let assembly: string;
let cloudFormation: CloudFormation;
let voice: ChimeSDKVoiceClient;
let lambda: Lambda;
let s3: S3;
let ssm: SSM;
let dynamodb: DynamoDB;
let plain: Promise<Ended>;

async function prepare(): Promise<void> {
  running = await RunningStack.start(['--ephemeral', '--empty']);
  aws = await loadAws('folder' in awsCli ? awsCli.folder : '');
  run = new CommandLines(running, aws.folder);
  assembly = path.join(run.folder, 'first');
  const config = awsConfig(running);
  cloudFormation = new CloudFormation(config);
  voice = new ChimeSDKVoiceClient(config);
  lambda = new Lambda(config);
  s3 = new S3(config);
  ssm = new SSM(config);
  dynamodb = new DynamoDB(config);
}

async function outputs(): Promise<Record<string, string>> {
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: STACK });
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
}

/** Numbers, as E.164, that are paid for. */
async function numbersHeld(): Promise<string[]> {
  const { PhoneNumbers = [] } = await voice.send(new ListPhoneNumbersCommand({}));
  return PhoneNumbers.filter(({ Status }) => Status !== 'ReleaseInProgress').map(
    ({ E164PhoneNumber }) => `${E164PhoneNumber}`,
  );
}

async function memoryOf(begin: string): Promise<number | undefined> {
  const { Functions = [] } = await lambda.listFunctions({});
  return Functions.find(({ FunctionName }) => FunctionName?.startsWith(`${STACK}-${begin}`))?.MemorySize;
}

async function statusOf(StackName: string): Promise<string | undefined> {
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName });
  return stack?.StackStatus;
}

const bucketNames = async (): Promise<string[]> =>
  ((await s3.listBuckets({})).Buckets ?? []).map(({ Name }) => `${Name}`);

/** Calls the number and checks that something other than silence is heard. */
async function callIsAnswered(number: string): Promise<void> {
  const phone = await Telephone.call({ server: running.endpoints.sip, to: number, from: '+15557770001' });
  // The segment number of a µ-law byte (ITU-T G.711), which is inverted on the line: the upper four are
  // sound.
  const loud = (): boolean =>
    phone.line.heard.some(({ payload }) => payload.some((byte) => ((~byte >> 4) & 7) >= 4));
  await phone.until('the welcome', loud, 30_000);
  await phone.hangUp();
}

// Each test continues where the one before it ended: a deployment has such a life cycle.
describe.skipIf('missing' in awsCli)('the unmodified command lines against this machine', () => {
  beforeAll(prepare, LONG_MS);
  afterAll(async () => {
    for (const client of [cloudFormation, voice, lambda, s3, ssm, dynamodb]) client?.destroy();
    await running?.stop();
    aws?.stop();
    run?.tidy();
  });

  it(
    'deploy.sh bootstraps and deploys the application, and its number answers',
    async () => {
      const args = ['--yes', '--area-code', '206', '--operator', 'you@example.com'];
      const { code, said } = await run.script('deploy', args, { CDK_OUTPUT: assembly });
      expect(code, said).toBe(0);
      expect(said).toContain('CDK bootstrap: none with qualifier hnb659fds');
      expect(said).toContain('number: buys a number with area code 206');
      expect(said).toContain(`✅  ${STACK}`);
      expect(said).toContain('you@example.com is an operator now');
      const { PhoneNumber = '', ApiUrl } = await outputs();
      expect(PhoneNumber).toMatch(/^\+1206/);
      expect(await numbersHeld()).toEqual([PhoneNumber]);
      expect(said).toContain(`Number to dial   ${PhoneNumber}`);
      await callIsAnswered(PhoneNumber);
      expect(running.output).toContain(`${STACK} is deployed.`);
      expect((await fetch(`${ApiUrl}/queryMeetings`, { method: 'POST' })).status).toBe(401);
      expect((await fetch(running.endpoints.phone.replace('/phone/', '/'))).status).toBe(200);
    },
    LONG_MS,
  );

  it(
    'deploy.sh without options changes nothing',
    async () => {
      const before = await outputs();
      const { code, said } = await run.script('deploy', ['--yes', '--operator', 'you@example.com'], {
        CDK_OUTPUT: assembly,
        // This is the template that the CDK has just checked, and checking it takes five seconds of CPU.
        CDK_VALIDATION: 'false',
      });
      expect(code, said).toBe(0);
      expect(said).toContain(`number: keeps ${before.PhoneNumber}`);
      expect(said).toContain('(no changes)');
      expect(said).toContain('you@example.com was an operator already');
      expect(await outputs()).toEqual(before);
      const diff = await run.cdk('diff', '--app', assembly, '--fail');
      expect(diff.said).toContain('There were no differences');
      expect(diff.code).toBe(0);
    },
    LONG_MS,
  );

  it(
    'deploy.sh with a change makes that change and no other',
    async () => {
      const before = await outputs();
      const changed = changedAssembly(assembly, path.join(run.folder, 'changed'), (template) => {
        const id = logicalId(template, 'smaHandler', 'AWS::Lambda::Function');
        Object.assign(template.Resources?.[id]?.Properties ?? {}, { MemorySize: 640 });
        Object.assign(template.Outputs ?? {}, { Added: { Value: { Ref: id } } });
      });
      const { code, said } = await run.script('deploy', ['--yes'], { CDK_APP: changed });
      expect(code, said).toBe(0);
      expect(await memoryOf('smaHandler')).toBe(640);
      const { Added, ...after } = await outputs();
      expect(after).toEqual(before);
      expect(Added).toContain('smaHandler');
      await callIsAnswered(`${after.PhoneNumber}`);
    },
    LONG_MS,
  );

  it(
    'deploy.sh that fails rolls back and loses no number',
    async () => {
      const before = await outputs();
      const failing = changedAssembly(assembly, path.join(run.folder, 'failing'), (template) => {
        const handler = logicalId(template, 'smaHandler', 'AWS::Lambda::Function');
        const resources = logicalId(template, 'TelephonychimeResources', 'AWS::Lambda::Function');
        Object.assign(template.Resources?.[handler]?.Properties ?? {}, { MemorySize: 256 });
        Object.assign(template.Resources ?? {}, {
          Broken: {
            Type: 'Custom::Unheard',
            Properties: { ServiceToken: { 'Fn::GetAtt': [resources, 'Arn'] }, Needs: { Ref: handler } },
          },
        });
      });
      const { code, said } = await run.script('deploy', ['--yes'], { CDK_APP: failing });
      expect(code).toBe(1);
      expect(said).toContain('The following resource(s) failed to create: [Broken].');
      expect(said).toContain('deploy: cdk deploy failed; its reason is above.');
      expect(await statusOf(STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(await memoryOf('smaHandler')).toBe(640);
      expect(await outputs()).toEqual(before);
      expect(await numbersHeld()).toEqual([before.PhoneNumber]);
      await callIsAnswered(`${before.PhoneNumber}`);
    },
    LONG_MS,
  );

  it(
    'deploy.sh --check warns that another area code would cost the number',
    async () => {
      const { PhoneNumber } = await outputs();
      const { code, said } = await run.script('deploy', ['--check', '--area-code', '212']);
      expect(said).toContain(`number: this replaces ${PhoneNumber}: no`);
      expect(said).toContain(`--replace-number ${PhoneNumber}`);
      expect(code).toBe(1);
    },
    LONG_MS,
  );

  it(
    'cdk deploys stacks that import from each other, nested ones too',
    async () => {
      const file = path.join(run.folder, 'plain.json');
      writeFileSync(file, template('first'));
      // It mostly waits: the next test checks the outcome.
      plain = run.aws('cloudformation', 'deploy', '--stack-name', 'Plain', '--template-file', file);
      const app = synthesiseSmallApp(path.join(run.folder, 'small'), 'first');
      const { code, said } = await run.cdk('deploy', '--all', '--app', app, '--require-approval', 'never');
      expect(code, said).toBe(0);
      const [bucket] = (await bucketNames()).filter((name) => name.startsWith('producer-kept'));
      expect((await ssm.getParameter({ Name: COPY })).Parameter?.Value).toBe(`first of ${bucket}`);
      const diff = await run.cdk('diff', '--all', '--app', app, '--fail');
      expect(diff.code, diff.said).toBe(0);
      const destroyed = await run.cdk('destroy', '--all', '--app', app, '--force');
      expect(destroyed.code, destroyed.said).toBe(0);
      expect(await bucketNames()).toContain(bucket);
      await s3.deleteBucket({ Bucket: `${bucket}` });
    },
    LONG_MS,
  );

  it(
    'aws cloudformation deploys, changes by change set, and deletes',
    async () => {
      const deployed = await plain;
      expect(deployed.code, deployed.said).toBe(0);
      const named = ['--stack-name', 'Plain', '--change-set-name', 'second'];
      const body = ['--template-body', template('second')];
      const created = await run.aws('cloudformation', 'create-change-set', ...named, ...body);
      expect(created.code, created.said).toBe(0);
      const described = await run.aws('cloudformation', 'describe-change-set', ...named);
      expect(JSON.parse(described.said)).toMatchObject({
        Status: 'CREATE_COMPLETE',
        Changes: [
          { ResourceChange: { Action: 'Modify', LogicalResourceId: 'Greeting', Replacement: 'False' } },
        ],
      });
      expect((await run.aws('cloudformation', 'execute-change-set', ...named)).code).toBe(0);
      expect(await settled('Plain')).toBe('UPDATE_COMPLETE');
      expect((await ssm.getParameter({ Name: '/plain' })).Parameter?.Value).toBe('second');
      const events = await run.aws('cloudformation', 'describe-stack-events', '--stack-name', 'Plain');
      expect(events.said).toContain('"ResourceStatus": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"');
      expect((await run.aws('cloudformation', 'delete-stack', '--stack-name', 'Plain')).code).toBe(0);
      await eventually(
        'the stack is gone',
        async () => (await statusOf('Plain').catch(() => 'gone')) === 'gone',
      );
      const groups = await run.aws('logs', 'describe-log-groups', '--log-group-name-prefix', 'Plain-Kept');
      expect(JSON.parse(groups.said).logGroups).toHaveLength(1);
    },
    LONG_MS,
  );

  it(
    'status.sh tells whose the number is, in which Region',
    async () => {
      const { PhoneNumber } = await outputs();
      const { code, said } = await run.script('status', []);
      expect(code, said).toBe(0);
      expect(said).toContain(`${STACK} in us-east-1: UPDATE_ROLLBACK_COMPLETE`);
      expect(said).toContain(`${STACK} in us-west-2: not there`);
      expect(said).toMatch(new RegExp(`\\${PhoneNumber} {2}rule [-0-9a-f]+; of ${STACK} in us-east-1`));
    },
    LONG_MS,
  );

  it(
    'destroy.sh deletes everything in the right Region, nothing in another',
    async () => {
      const { PhoneNumber } = await outputs();
      const elsewhere = await run.script('destroy', ['--yes', '--region', 'us-west-2']);
      expect(elsewhere.said).toContain(`${STACK} is in us-east-1, not in us-west-2. Nothing was done.`);
      expect([elsewhere.code, await numbersHeld()]).toEqual([1, [PhoneNumber]]);
      const { code, said } = await run.script('destroy', ['--yes']);
      expect(code, said).toBe(0);
      expect(said).toContain(`${PhoneNumber}, released: ./deploy.sh takes it back until 20`);
      expect(await numbersHeld()).toEqual([]);
      expect((await voice.send(new ListSipRulesCommand({}))).SipRules).toEqual([]);
      expect((await voice.send(new ListSipMediaApplicationsCommand({}))).SipMediaApplications).toEqual([]);
      expect((await dynamodb.listTables({})).TableNames).toEqual([]);
      expect((await lambda.listFunctions({})).Functions).toEqual([]);
      expect(await bucketNames()).toEqual([BOOTSTRAP_BUCKET]);
      const groups = await run.aws('logs', 'describe-log-groups', '--log-group-name-prefix', STACK);
      expect(JSON.parse(groups.said)).toEqual({ logGroups: [] });
      const { Stacks = [] } = await cloudFormation.describeStacks({});
      expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
    },
    LONG_MS,
  );

  /** The stack's status once nothing is under way. */
  async function settled(name: string): Promise<string> {
    return eventually(`${name} is settled`, async () => {
      const status = await statusOf(name);
      return status?.endsWith('_IN_PROGRESS') ? undefined : status;
    });
  }
});

it(
  'an assembly of several stacks, nested ones too, runs without a deployment',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'small-app-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const app = synthesiseSmallApp(path.join(folder, 'cdk.out'), 'quick');
    const local = await RunningStack.start(['--ephemeral', '--assembly', app]);
    onTestFinished(async () => void (await local.stop()));
    const client = new SSM(awsConfig(local));
    onTestFinished(() => client.destroy());
    expect((await client.getParameter({ Name: COPY })).Parameter?.Value).toMatch(/^quick of producer-kept/);
  },
  LONG_MS,
);
