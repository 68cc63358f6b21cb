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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsConfig, RunningStack, Telephone } from '#testkit';
import { synthesise } from '../../apps/live-call/local/synthesis.ts';
import { Cdk, changedAssembly, logicalId } from './cdk.ts';

const STACK = 'LiveCall';
const ACCOUNT = { region: 'us-east-1', accountId: '000000000000' };
const PREPARATION_MS = 400_000;

let running: RunningStack;
let cdk: Cdk;
let assembly: string;
let cloudFormation: CloudFormation;
let voice: ChimeSDKVoiceClient;
let lambda: Lambda;
let s3: S3;
let dynamodb: DynamoDB;

beforeAll(async () => {
  const { signal } = new AbortController();
  [running, assembly] = await Promise.all([
    RunningStack.start(['--ephemeral', '--empty']),
    synthesise({ ...ACCOUNT, progress: () => {}, signal }),
  ]);
  cdk = new Cdk(running);
  const config = awsConfig(running);
  cloudFormation = new CloudFormation(config);
  voice = new ChimeSDKVoiceClient(config);
  lambda = new Lambda(config);
  s3 = new S3(config);
  dynamodb = new DynamoDB(config);
}, PREPARATION_MS);
afterAll(async () => {
  for (const client of [cloudFormation, voice, lambda, s3, dynamodb]) client?.destroy();
  await running?.stop();
});

async function outputs(): Promise<Record<string, string>> {
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: STACK });
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
}

/** E.164 numbers that somebody pays for. */
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

/** Calls and hears something other than silence. */
async function callIsAnswered(number: string): Promise<void> {
  const phone = await Telephone.call({ server: running.endpoints.sip, to: number, from: '+15557770001' });
  // The segment of a µ-law byte (ITU-T G.711), inverted on the line: the upper four are sound.
  const loud = (): boolean =>
    phone.line.heard.some(({ payload }) => payload.some((byte) => ((~byte >> 4) & 7) >= 4));
  await phone.until('the welcome', loud, 30_000);
  await phone.hangUp();
}

// Each test goes on where the one before it ended: that is what a deployment's life is.
describe('the unmodified CDK against this machine', () => {
  it(
    'cdk bootstrap prepares the account',
    async () => {
      const { code, said } = await cdk.run('bootstrap', `aws://${ACCOUNT.accountId}/${ACCOUNT.region}`);
      expect(said).toContain('bootstrapped');
      expect(code).toBe(0);
    },
    PREPARATION_MS,
  );

  it(
    'cdk deploy makes the application, and its number answers',
    async () => {
      const { code, said } = await cdk.deploy(assembly);
      expect(said).toContain(`✅  ${STACK}`);
      expect(code).toBe(0);
      const { PhoneNumber = '', ApiUrl } = await outputs();
      expect(await numbersHeld()).toEqual([PhoneNumber]);
      expect(said).toContain(`${STACK}.ApiUrl = ${ApiUrl}`);
      await callIsAnswered(PhoneNumber);
      expect(running.output).toContain(`${STACK} is deployed.`);
      expect((await fetch(`${ApiUrl}/queryMeetings`, { method: 'POST' })).status).toBe(401);
      expect((await fetch(running.endpoints.phone.replace('/phone/', '/'))).status).toBe(200);
    },
    PREPARATION_MS,
  );

  it(
    'A second deployment finds nothing to change',
    async () => {
      const diff = await cdk.run('diff', '--app', assembly, '--fail');
      expect(diff.said).toContain('There were no differences');
      expect(diff.code).toBe(0);
      expect((await cdk.deploy(assembly)).said).toContain('(no changes)');
    },
    PREPARATION_MS,
  );

  it(
    'A changed deployment changes that and nothing else',
    async () => {
      const before = await outputs();
      const changed = changedAssembly(assembly, (template) => {
        const id = logicalId(template, 'smaHandler', 'AWS::Lambda::Function');
        Object.assign(template.Resources?.[id]?.Properties ?? {}, { MemorySize: 640 });
        Object.assign(template.Outputs ?? {}, { Added: { Value: { Ref: id } } });
      });
      const diff = await cdk.run('diff', '--app', changed);
      expect(diff.said).toMatch(/\[~\] AWS::Lambda::Function smaHandler/);
      const { code, said } = await cdk.deploy(changed);
      expect(code, said).toBe(0);
      expect(await memoryOf('smaHandler')).toBe(640);
      const { Added, ...after } = await outputs();
      expect(after).toEqual(before);
      expect(Added).toContain('smaHandler');
      await callIsAnswered(`${after.PhoneNumber}`);
    },
    PREPARATION_MS,
  );

  it(
    'A failed deployment goes back and loses no number',
    async () => {
      const before = await outputs();
      const failing = changedAssembly(assembly, (template) => {
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
      const { code, said } = await cdk.deploy(failing);
      expect(code).toBe(1);
      expect(said).toContain('The following resource(s) failed to create: [Broken].');
      const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: STACK });
      expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(said).toContain('Received response status [FAILED] from custom resource.');
      expect(await memoryOf('smaHandler')).toBe(640);
      expect(await outputs()).toEqual(before);
      expect(await numbersHeld()).toEqual([before.PhoneNumber]);
      await callIsAnswered(`${before.PhoneNumber}`);
    },
    PREPARATION_MS,
  );

  it(
    'cdk destroy leaves an empty account',
    async () => {
      const { code, said } = await cdk.run('destroy', '--app', assembly, '--force');
      expect(code, said).toBe(0);
      expect(await numbersHeld()).toEqual([]);
      expect((await voice.send(new ListSipRulesCommand({}))).SipRules).toEqual([]);
      expect((await voice.send(new ListSipMediaApplicationsCommand({}))).SipMediaApplications).toEqual([]);
      expect((await dynamodb.listTables({})).TableNames).toEqual([]);
      expect((await lambda.listFunctions({})).Functions).toEqual([]);
      const buckets = (await s3.listBuckets({})).Buckets?.map(({ Name }) => Name);
      expect(buckets).toEqual([`cdk-hnb659fds-assets-${ACCOUNT.accountId}-${ACCOUNT.region}`]);
      const { Stacks = [] } = await cloudFormation.describeStacks({});
      expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
    },
    PREPARATION_MS,
  );
});
