import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as sdk from '@aws-sdk/client-chime-sdk-meetings';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRehearsal } from './rehearsal.ts';
import type { Rehearsal } from './types.ts';

/** A function that stores what it receives: the event from EventBridge, or the messages from a queue. */
const KEEPER = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const tables = new DynamoDBClient({});
exports.handler = async (event) => {
  for (const { detail, account } of event.Records ? event.Records.map(({ body }) => JSON.parse(body)) : [event]) {
    const id = (event.Records ? 'queue ' : 'bus ') + detail.eventType;
    await tables.send(new PutItemCommand({ TableName: 'Told', Item: { id: { S: id }, account: { S: account } } }));
  }
};`;

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const TEMPLATE = {
  Resources: {
    Keeper: {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'nodejs20.x', Handler: 'index.handler', Code: { ZipFile: KEEPER }, Role: 'r' },
    },
    Told: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Told',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          source: ['aws.chime'],
          'detail-type': ['Chime Meeting State Change'],
          detail: { eventType: ['chime:AttendeeAdded'] },
        },
        Targets: [{ Id: 'keeper', Arn: arn('Keeper') }],
      },
    },
    Allowed: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: arn('Keeper'),
        Principal: 'events.amazonaws.com',
        SourceArn: arn('Rule'),
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'calls' } },
    Feed: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: arn('Queue'), FunctionName: arn('Keeper') },
    },
  },
};

let folder = '';
let rehearsal: Rehearsal;
let client: sdk.ChimeSDKMeetings;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meeting-events-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  rehearsal = await startRehearsal({ template });
  client = new sdk.ChimeSDKMeetings({ ...rehearsal.aws, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await rehearsal.close();
  rmSync(folder, { recursive: true, force: true });
});

it('Events of meetings reach rules of EventBridge', async () => {
  const { Meeting } = await client.createMeeting({
    ClientRequestToken: 'token',
    MediaRegion: 'us-east-1',
    ExternalMeetingId: 'a-meeting',
    NotificationsConfiguration: { SqsQueueArn: 'arn:aws:sqs:us-east-1:000000000000:calls' },
  });
  await client.createAttendee({ MeetingId: Meeting?.MeetingId, ExternalUserId: 'ann' });
  await expect
    .poll(() => rehearsal.items('Told'))
    .toEqual([{ id: 'bus chime:AttendeeAdded', account: '000000000000' }]);
});
