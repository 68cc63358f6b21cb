import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ChimeSDKMeetings } from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePython } from '#lambda-runner';
import { RunningStack } from '#testkit';
import { onceConfig } from './clients.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NO_CALL = '00000000-0000-4000-8000-000000000000';
let stack: RunningStack;

beforeAll(async () => {
  stack = await RunningStack.start();
});
afterAll(async () => {
  await stack?.stop();
});

describe('AWS SDK for JavaScript v3', () => {
  it('Chime SDK Voice: application, rule and number; no call, no update', async () => {
    const voice = new ChimeSDKVoice(onceConfig(stack));
    const { phoneNumber, sipMediaApplicationId } = stack.endpoints;
    const { SipMediaApplication } = await voice.getSipMediaApplication({
      SipMediaApplicationId: sipMediaApplicationId,
    });
    expect(SipMediaApplication).toMatchObject({
      Name: expect.stringContaining('LiveCall'),
      Endpoints: [{ LambdaArn: expect.stringMatching(/:function:LiveCall-smaHandler/) }],
    });
    const { SipRules = [] } = await voice.listSipRules({});
    expect(SipRules).toMatchObject([
      {
        TriggerType: 'ToPhoneNumber',
        TriggerValue: phoneNumber,
        Disabled: false,
        TargetApplications: [{ SipMediaApplicationId: sipMediaApplicationId }],
      },
    ]);
    const { PhoneNumbers = [] } = await voice.listPhoneNumbers({});
    expect(PhoneNumbers.map(({ E164PhoneNumber }) => E164PhoneNumber)).toContain(phoneNumber);
    await expect(
      voice.updateSipMediaApplicationCall({
        SipMediaApplicationId: sipMediaApplicationId,
        TransactionId: NO_CALL,
        Arguments: { action: 'Verify' },
      }),
    ).rejects.toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } });
    voice.destroy();
  });

  it('Chime SDK Meetings: a meeting and its attendee', async () => {
    const meetings = new ChimeSDKMeetings(onceConfig(stack));
    const { Meeting } = await meetings.createMeeting({
      ClientRequestToken: 'token-1',
      MediaRegion: 'us-east-1',
      ExternalMeetingId: 'tests',
    });
    const MeetingId = String(Meeting?.MeetingId);
    const { Attendee } = await meetings.createAttendee({ MeetingId, ExternalUserId: 'somebody' });
    expect(Attendee?.JoinToken).toBeTruthy();
    expect((await meetings.listAttendees({ MeetingId })).Attendees).toMatchObject([
      { ExternalUserId: 'somebody' },
    ]);
    await meetings.deleteMeeting({ MeetingId });
    await expect(meetings.getMeeting({ MeetingId })).rejects.toMatchObject({ name: 'NotFoundException' });
    meetings.destroy();
  });

  it('S3 and DynamoDB: the prompts and the tables of the template', async () => {
    const s3 = new S3(onceConfig(stack));
    const names = ((await s3.listBuckets({})).Buckets ?? []).map(({ Name }) => String(Name));
    const Bucket = names.find((name) => name.includes('outgoingwav'));
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: String(Bucket) });
    expect(Contents.map(({ Key }) => Key)).toContain('welcome.wav');
    s3.destroy();
    const tables = new DynamoDB(onceConfig(stack));
    const { TableNames } = await tables.listTables({});
    for (const name of ['meetingInfo', 'meetingAccess', 'callUpdates']) {
      expect(TableNames).toContainEqual(expect.stringContaining(name));
    }
    tables.destroy();
  });

  it('Lambda: queryMeetings is invoked as by the API, with its log', async () => {
    const lambda = new Lambda(onceConfig(stack));
    const { Functions = [] } = await lambda.listFunctions({});
    const FunctionName = Functions.map((found) => String(found.FunctionName)).find((name) =>
      name.includes('queryMeetings'),
    );
    const answer = await lambda.invoke({
      FunctionName: String(FunctionName),
      Payload: Buffer.from(
        JSON.stringify({
          version: '2.0',
          routeKey: 'POST /queryMeetings',
          body: '{}',
          isBase64Encoded: false,
        }),
      ),
      LogType: 'Tail',
    });
    expect(answer).toMatchObject({ StatusCode: 200 });
    expect(answer.FunctionError).toBeUndefined();
    const response = JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as {
      statusCode: number;
      body: string;
    };
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ Items: [], Meetings: [{ pin: stack.endpoints.pin }] });
    expect(Buffer.from(String(answer.LogResult), 'base64').toString()).toMatch(
      /START RequestId: .*REPORT RequestId: /s,
    );
    lambda.destroy();
  });

  it('A wrong secret, an unknown key and no signature are refused', async () => {
    const right = onceConfig(stack);
    const wrongSecret = { ...right, credentials: { ...right.credentials, secretAccessKey: 'wrong' } };
    const unknown = { ...right, credentials: { ...right.credentials, accessKeyId: 'AKIAUNKNOWN' } };
    const voice = new ChimeSDKVoice(wrongSecret);
    await expect(voice.listSipRules({})).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const tables = new DynamoDB(unknown);
    await expect(tables.listTables({})).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const s3 = new S3(wrongSecret);
    await expect(s3.listBuckets({})).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    for (const client of [voice, tables, s3]) client.destroy();
    expect((await fetch(`${stack.endpoints.awsEndpoint}/sip-rules`)).status).toBe(403);
  });
});

describe('Python and the command line', () => {
  let environment: NodeJS.ProcessEnv;
  let python: string;

  beforeAll(async () => {
    const found = await preparePython({
      venvDirectory: path.join(ROOT, '.local', 'venv'),
      onProgress: () => {},
    });
    if ('missing' in found) throw new Error(found.missing);
    python = found.path;
    const { endpoints } = stack;
    environment = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoints.awsEndpoint,
      AWS_REGION: endpoints.awsRegion,
      AWS_DEFAULT_REGION: endpoints.awsRegion,
      AWS_ACCESS_KEY_ID: endpoints.awsAccessKeyId,
      AWS_SECRET_ACCESS_KEY: endpoints.awsSecretAccessKey,
    };
  });

  it('Python with boto3 does the same', async () => {
    const script = path.join(import.meta.dirname, 'with_boto3.py');
    const { phoneNumber, sipMediaApplicationId } = stack.endpoints;
    const { stdout } = await promisify(execFile)(python, [script, phoneNumber, sipMediaApplicationId], {
      env: environment,
    });
    expect(JSON.parse(stdout)).toEqual({
      account: '000000000000',
      sipMediaApplication: 'LiveCall-sma',
      numberIsThere: true,
      ruleIsThere: true,
      updateOfUnknownCall: ['NotFoundException', 404],
      attendees: ['somebody'],
      promptIsWav: true,
      objectComesBack: true,
      tables: ['callUpdates', 'meetingAccess', 'meetingInfo'],
      itemComesBack: true,
      invoked: [200, 200],
      wrongSecret: {
        chime: 403,
        dynamodb: 'InvalidSignatureException',
        s3: 'SignatureDoesNotMatch',
        sts: 403,
      },
    });
  });

  it('tools/aws-env.mjs sets up a shell', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'aws-env-'));
    const file = path.join(folder, 'endpoints.json');
    writeFileSync(file, JSON.stringify(stack.endpoints));
    const script = `eval "$("${process.execPath}" tools/aws-env.mjs "${file}")" && env`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script], {
      cwd: ROOT,
      env: { PATH: process.env.PATH },
    });
    expect(
      stdout
        .split('\n')
        .filter((line) => line.startsWith('AWS_'))
        .sort(),
    ).toEqual(
      Object.entries(environment)
        .filter(([name]) => name.startsWith('AWS_'))
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
    rmSync(folder, { recursive: true, force: true });
  });
});
