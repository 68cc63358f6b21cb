import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import * as sdk from '@aws-sdk/client-transcribe';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRehearsal } from './rehearsal.ts';
import type { Rehearsal } from './types.ts';

/**
 * A function that transcribes each recording in the bucket, and stores the text once EventBridge reports
 * completion.
 */
const WORKER = `
const { Transcribe } = require('@aws-sdk/client-transcribe');
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const transcribe = new Transcribe({});
const tables = new DynamoDBClient({});
exports.handler = async ({ Records = [], detail }) => {
  for (const { s3 } of Records) await transcribe.startTranscriptionJob({ TranscriptionJobName: 'job', LanguageCode: 'en-US',
    Media: { MediaFileUri: 's3://' + s3.bucket.name + '/' + s3.object.key } });
  if (!detail) return;
  const { TranscriptionJob } = await transcribe.getTranscriptionJob({ TranscriptionJobName: detail.TranscriptionJobName });
  const answer = await fetch(TranscriptionJob.Transcript.TranscriptFileUri);
  const { results } = await answer.json();
  const Item = { id: { S: detail.TranscriptionJobStatus }, text: { S: results.transcripts[0].transcript } };
  await tables.send(new PutItemCommand({ TableName: 'Said', Item }));
};`;

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allowed = (Principal: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { Action: 'lambda:InvokeFunction', FunctionName: arn('Worker'), Principal },
});
const TEMPLATE = {
  Resources: {
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'nodejs20.x', Handler: 'index.handler', Code: { ZipFile: WORKER }, Timeout: 30 },
    },
    Said: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Said',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    },
    Recordings: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'recordings',
        NotificationConfiguration: {
          LambdaConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Function: arn('Worker'),
              Filter: { S3Key: { Rules: [{ Name: 'suffix', Value: '.wav' }] } },
            },
          ],
        },
      },
    },
    Done: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.transcribe'], 'detail-type': ['Transcribe Job State Change'] },
        Targets: [{ Id: 'worker', Arn: arn('Worker') }],
      },
    },
    FromBus: allowed('events.amazonaws.com'),
    FromBucket: allowed('s3.amazonaws.com'),
  },
};

let folder = '';
let rehearsal: Rehearsal;
let s3: S3;
let transcribe: sdk.Transcribe;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'transcription-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  rehearsal = await startRehearsal({ template });
  s3 = new S3({ ...rehearsal.aws, forcePathStyle: true });
  transcribe = new sdk.Transcribe({ ...rehearsal.aws, maxAttempts: 1 });
});
afterAll(async () => {
  s3.destroy();
  transcribe.destroy();
  await rehearsal.close();
  rmSync(folder, { recursive: true, force: true });
});

it('A recording is transcribed with the text in its folder', async () => {
  await s3.putObject({ Bucket: 'recordings', Key: 'mail/transcript.txt', Body: 'call me back\n' });
  await s3.putObject({ Bucket: 'recordings', Key: 'mail/2026/1.wav', Body: 'sound' });
  await expect.poll(() => rehearsal.items('Said')).toEqual([{ id: 'COMPLETED', text: 'call me back' }]);
});

it('A job writes its result to the requested place', async () => {
  await s3.putObject({ Bucket: 'recordings', Key: 'b.sound', Body: 'sound' });
  await s3.putObject({ Bucket: 'recordings', Key: 'b.sound.txt', Body: 'yes' });
  const job = { TranscriptionJobName: 'second', LanguageCode: 'en-US' } as const;
  const Media = { MediaFileUri: 'https://s3.us-east-1.amazonaws.com/recordings/b.sound' };
  await transcribe.startTranscriptionJob({
    ...job,
    Media,
    OutputBucketName: 'recordings',
    OutputKey: 'texts/',
  });
  await expect(transcribe.startTranscriptionJob({ ...job, Media })).rejects.toThrow(sdk.ConflictException);
  const done = async () => {
    const { TranscriptionJob } = await transcribe.getTranscriptionJob({ TranscriptionJobName: 'second' });
    return TranscriptionJob?.TranscriptionJobStatus;
  };
  await expect.poll(done).toBe('COMPLETED');
  const { Body } = await s3.getObject({ Bucket: 'recordings', Key: 'texts/second.json' });
  expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
    status: 'COMPLETED',
    results: { transcripts: [{ transcript: 'yes' }], items: [{ alternatives: [{ content: 'yes' }] }] },
  });
  const { TranscriptionJobSummaries } = await transcribe.listTranscriptionJobs({ JobNameContains: 'sec' });
  expect(TranscriptionJobSummaries).toHaveLength(1);
});

it('Jobs without a recording and unknown jobs are refused', async () => {
  const Media = { MediaFileUri: 's3://recordings/no.wav' };
  const start = transcribe.startTranscriptionJob({ TranscriptionJobName: 'x', LanguageCode: 'en-US', Media });
  await expect(start).rejects.toThrow(/can't be accessed/);
  const get = transcribe.getTranscriptionJob({ TranscriptionJobName: 'x' });
  await expect(get).rejects.toThrow(sdk.BadRequestException);
});
