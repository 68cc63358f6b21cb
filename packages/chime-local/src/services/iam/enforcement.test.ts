import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChimeSDKMeetings } from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 as S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionSpec } from '#lambda-runner';
import { openJournal, silentLog, systemClock, systemIds } from '#platform';
import { startChimeMeetings } from '../chime/meetings/meetings.ts';
import { createChimeService } from '../chime/service.ts';
import { createChimeVoice } from '../chime/voice/voice.ts';
import { DynamoDb } from '../dynamodb/index.ts';
import type { AwsEndpoint } from '../front/index.ts';
import { createLambda, FunctionPolicies } from '../lambda/index.ts';
import { S3 } from '../s3/index.ts';
import { createSts } from '../sts/index.ts';
import { ACCOUNT, OPERATOR, REGION, ROLE, startFront } from '../testing/endpoint.ts';
import { createAuthorizer } from './authorizer.ts';
import { Iam } from './iam.ts';

const ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/sma/sma-handler`;
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:echo`;

let folder: string;
let front: AwsEndpoint;
const iam = new Iam();
const refused: string[] = [];
const unknownPolicies: string[] = [];
const policies = new FunctionPolicies();
let clients: {
  s3: S3Client;
  dynamodb: DynamoDB;
  lambda: Lambda;
  meetings: ChimeSDKMeetings;
  voice: ChimeSDKVoice;
};
let operator: { s3: S3Client; dynamodb: DynamoDB };
let s3: S3;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iam-'));
  const common = { clock: systemClock, log: silentLog, accountId: ACCOUNT, region: REGION, ids: systemIds };
  s3 = await S3.open({ ...common, folder: join(folder, 's3') });
  const dynamodb = await DynamoDb.open({ ...common, folder: join(folder, 'dynamodb') });
  const journal = openJournal(undefined);
  const chime = { journal, accountId: ACCOUNT, clock: systemClock, ids: systemIds };
  const voice = createChimeVoice({
    ...chime,
    calls: { createCall: () => 'unavailable', updateCall: () => 'notFound' },
  });
  const meetings = startChimeMeetings({
    ...chime,
    log: silentLog,
    observer: { onAttendeeRemoved: () => {}, onCapabilitiesChanged: () => {} },
  });
  const spec = { functionName: 'echo', arn: FUNCTION } as FunctionSpec;
  const runner = {
    find: (name: string) => (name.includes('echo') ? spec : undefined),
    list: () => [spec],
    invoke: async () => ({ requestId: '1', payload: '{}', logTail: '', durationMs: 1, coldStart: false }),
  };
  front = await startFront(
    [
      s3,
      dynamodb,
      createChimeService(voice.api, meetings.api, ACCOUNT),
      createLambda({
        runner,
        access: { policies, accountId: ACCOUNT, region: REGION },
        clock: systemClock,
        log: silentLog,
      }),
      createSts({ iam, issue: { assume: () => ROLE } }),
    ],
    systemClock,
    createAuthorizer({
      iam,
      accountId: ACCOUNT,
      now: Date.now,
      onRefused: (message, statement) => refused.push(`${message} | ${statement}`),
      onUnknownPolicy: (arn) => unknownPolicies.push(arn),
    }),
  );
  const config = { endpoint: front.endpoint, region: REGION, credentials: ROLE, maxAttempts: 1 };
  clients = {
    s3: new S3Client(config),
    dynamodb: new DynamoDB(config),
    lambda: new Lambda(config),
    meetings: new ChimeSDKMeetings(config),
    voice: new ChimeSDKVoice(config),
  };
  operator = {
    s3: new S3Client({ ...config, credentials: OPERATOR }),
    dynamodb: new DynamoDB({ ...config, credentials: OPERATOR }),
  };
  await operator.s3.createBucket({ Bucket: 'prompts' });
  await operator.s3.putObject({ Bucket: 'prompts', Key: 'a/one.wav', Body: 'x' });
  for (const TableName of ['one', 'two']) {
    await operator.dynamodb.createTable({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'by', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-name',
          KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  }
});
afterAll(async () => {
  for (const client of [...Object.values(clients), ...Object.values(operator)]) client.destroy();
  await front.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  refused.length = 0;
});

/** Gives the role exactly these statements. */
function grant(...Statement: object[]): void {
  iam.putRole({
    name: 'sma',
    arn: `arn:aws:iam::${ACCOUNT}:role/sma`,
    roleId: 'AROA',
    trustPolicy: {},
    inline: new Map([['own', { Statement }]]),
    attached: [],
  });
}
const allow = (Action: string | string[], Resource: string | string[]): object => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const table = (name: string): string => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
/** Returns `done`, or the status, the code and the refused action. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: { name: string; $metadata: { httpStatusCode: number }; message: string }) =>
      `${error.$metadata.httpStatusCode} ${error.name} ${/perform: (\S+ on resource: \S+)/.exec(error.message)?.[1] ?? error.message}`,
  );

describe('IAM enforcement', () => {
  it('A refusal has AWS’s message and logs the statement that would help', async () => {
    grant();
    const call = clients.dynamodb.getItem({ TableName: 'one', Key: { pk: { S: '1' } } });
    const message = `User: ${ARN} is not authorized to perform: dynamodb:GetItem on resource: ${table('one')} because no identity-based policy allows the dynamodb:GetItem action`;
    await expect(call).rejects.toMatchObject({ name: 'AccessDeniedException', message });
    expect(refused).toEqual([
      `${message} | {"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"${table('one')}"}`,
    ]);
  });

  it('DynamoDB access is checked per operation, table, index and transaction part', async () => {
    grant(allow(['dynamodb:Query', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'], table('one')));
    const { dynamodb } = clients;
    const query = {
      TableName: 'one',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: '1' } },
    };
    expect(await outcome(dynamodb.query(query))).toBe('done');
    expect(
      await outcome(dynamodb.query({ ...query, IndexName: 'by-name', KeyConditionExpression: 'by = :p' })),
    ).toBe(`400 AccessDeniedException dynamodb:Query on resource: ${table('one')}/index/by-name`);
    expect(await outcome(dynamodb.query({ ...query, TableName: 'two' }))).toContain(
      `dynamodb:Query on resource: ${table('two')}`,
    );
    const keys = { Keys: [{ pk: { S: '1' } }] };
    expect(await outcome(dynamodb.batchGetItem({ RequestItems: { one: keys, two: keys } }))).toContain(
      `dynamodb:BatchGetItem on resource: ${table('two')}`,
    );
    const Put = { TableName: 'one', Item: { pk: { S: '1' } } };
    expect(await outcome(dynamodb.transactWriteItems({ TransactItems: [{ Put }] }))).toBe('done');
    const Delete = { TableName: 'one', Key: { pk: { S: '2' } } };
    expect(await outcome(dynamodb.transactWriteItems({ TransactItems: [{ Put }, { Delete }] }))).toContain(
      'dynamodb:DeleteItem',
    );
    expect(await outcome(dynamodb.listTables({}))).toContain('dynamodb:ListTables on resource: *');
  });

  it('S3 access is checked per object and by bucket policy', async () => {
    const { s3: client } = clients;
    grant(allow('s3:GetObject', 'arn:aws:s3:::prompts/a/*'));
    const get = () => outcome(client.getObject({ Bucket: 'prompts', Key: 'a/one.wav' }));
    const put = () => outcome(client.putObject({ Bucket: 'prompts', Key: 'b.wav', Body: 'x' }));
    expect(await get()).toBe('done');
    expect(await put()).toBe('403 AccessDenied s3:PutObject on resource: arn:aws:s3:::prompts/b.wav');
    expect(await outcome(client.listObjectsV2({ Bucket: 'prompts' }))).toContain(
      's3:ListBucket on resource: arn:aws:s3:::prompts',
    );
    expect(
      await outcome(client.copyObject({ Bucket: 'prompts', Key: 'c', CopySource: 'prompts/a/one.wav' })),
    ).toContain('s3:PutObject');
    const policy = (statement: object) =>
      s3.setBucketPolicy('prompts', JSON.stringify({ Statement: [statement] }));
    const principal = { AWS: `arn:aws:iam::${ACCOUNT}:role/sma` };
    await policy({
      Effect: 'Allow',
      Principal: principal,
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::prompts/*',
    });
    expect(await put()).toBe('done');
    await policy({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::prompts/*' });
    expect(await get()).toContain('s3:GetObject');
    expect(refused.at(-1)).toContain('with an explicit deny in a resource-based policy');
    await policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    expect(await get()).toBe('done');
  });

  it('Chime access is checked per meeting, with or without a Region', async () => {
    const { meetings } = clients;
    const create = () =>
      meetings.createMeeting({ ExternalMeetingId: 'm1', MediaRegion: REGION, ClientRequestToken: 'token-1' });
    grant();
    expect(await outcome(create())).toBe('403 AccessDeniedException chime:CreateMeeting on resource: *');
    grant(allow('chime:CreateMeeting', '*'));
    const { Meeting } = await create();
    const MeetingId = Meeting?.MeetingId;
    const attend = () => outcome(meetings.createAttendee({ MeetingId, ExternalUserId: 'user' }));
    expect(await attend()).toContain(
      `chime:CreateAttendee on resource: arn:aws:chime::${ACCOUNT}:meeting/${MeetingId}`,
    );
    grant(allow('chime:CreateAttendee', `arn:aws:chime:${REGION}:${ACCOUNT}:meeting/*`));
    expect(await attend()).toBe('done');
  });

  it('Access to a call is checked by SIP media application', async () => {
    const arn = `arn:aws:chime:${REGION}:${ACCOUNT}:sma/0a1b2c3d-0000-4000-8000-000000000000`;
    const update = () =>
      outcome(
        clients.voice.updateSipMediaApplicationCall({
          SipMediaApplicationId: arn.slice(-36),
          TransactionId: '0a1b2c3d-0000-4000-8000-000000000001',
          Arguments: {},
        }),
      );
    grant(allow('chime:UpdateSipMediaApplicationCall', `${arn}2`));
    expect(await update()).toBe(
      `403 AccessDeniedException chime:UpdateSipMediaApplicationCall on resource: ${arn}`,
    );
    grant(allow('chime:UpdateSipMediaApplicationCall', arn));
    expect(await update()).toContain('404 NotFoundException');
  });

  it('Lambda access is checked per function and by function policy', async () => {
    const invoke = () => outcome(clients.lambda.invoke({ FunctionName: 'echo' }));
    grant();
    expect(await invoke()).toBe(`403 AccessDeniedException lambda:InvokeFunction on resource: ${FUNCTION}`);
    policies.allow('echo', {
      id: 'p',
      principal: `arn:aws:iam::${ACCOUNT}:role/sma`,
      action: 'lambda:InvokeFunction',
    });
    expect(await invoke()).toBe('done');
    policies.forget('echo');
    grant(allow('lambda:InvokeFunction', FUNCTION));
    expect(await invoke()).toBe('done');
  });

  it('Managed policies count, including those of AWS', async () => {
    const attached = (...arns: string[]): void =>
      iam.putRole({
        name: 'sma',
        arn: `arn:aws:iam::${ACCOUNT}:role/sma`,
        roleId: 'AROA',
        trustPolicy: {},
        inline: new Map(),
        attached: arns,
      });
    const list = () => outcome(clients.dynamodb.listTables({}));
    attached('arn:aws:iam::aws:policy/AmazonS3FullAccess');
    expect(await list()).toContain('dynamodb:ListTables');
    attached('arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess');
    expect(await list()).toBe('done');
    attached('arn:aws:iam::aws:policy/NobodyKnowsIt');
    expect([await list(), unknownPolicies]).toEqual(['done', ['arn:aws:iam::aws:policy/NobodyKnowsIt']]);
    iam.putManagedPolicy('arn:own', { Statement: allow('dynamodb:ListTables', '*') });
    attached('arn:own');
    expect(await list()).toBe('done');
  });

  it('The person at the machine may do everything', async () => {
    grant();
    expect(await outcome(operator.dynamodb.listTables({}))).toBe('done');
  });
});
