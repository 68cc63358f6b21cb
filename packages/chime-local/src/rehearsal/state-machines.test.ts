import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { signedHeaders } from '#aws';
import { startRehearsal } from './rehearsal.ts';

const role = (...Action: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } },
      ],
    },
    Policies: [
      { PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } },
    ],
  },
});
const machine = (StateMachineName: string, roleId: string) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName,
    RoleArn: { 'Fn::GetAtt': [roleId, 'Arn'] },
    DefinitionSubstitutions: { Queue: { Ref: 'Queue' }, Topic: { Ref: 'Topic' } },
    Definition: {
      StartAt: 'Send',
      States: {
        Send: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage',
          Parameters: { QueueUrl: '${Queue}', MessageBody: { 'keys.$': '$.keys' } },
          ResultPath: '$.sent',
          Next: 'Tell',
        },
        Tell: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: '${Topic}', Message: { a: 1 } },
          ResultPath: '$.told',
          Next: 'Keep',
        },
        Keep: {
          Type: 'Task',
          Resource: 'arn:aws:states:::dynamodb:putItem',
          Parameters: { TableName: 'Calls', Item: { id: { 'S.$': '$.keys' } } },
          ResultSelector: {},
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.why', Next: 'Kept' }],
          ResultPath: '$.kept',
          Next: 'Kept',
        },
        Kept: { Type: 'Succeed' },
      },
    },
  },
});
const TEMPLATE = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Topic: { Type: 'AWS::SNS::Topic' },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Calls',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Main: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'main',
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Code: { ZipFile: 'x' },
      },
    },
    Role: role('sqs:SendMessage', 'sns:Publish', 'dynamodb:PutItem'),
    Poor: role('sqs:SendMessage', 'sns:Publish'),
    Machine: machine('rich', 'Role'),
    PoorMachine: machine('poor', 'Poor'),
  },
};

it('A state machine calls services with the permissions of its role', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'machines-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  const rehearsal = await startRehearsal({ template });
  onTestFinished(async () => {
    await rehearsal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { endpoint, region, credentials } = rehearsal.aws;
  const run = async (name: string, keys: string): Promise<{ status: string; output: string }> => {
    const body = JSON.stringify({
      stateMachineArn: `arn:aws:states:${region}:000000000000:stateMachine:${name}`,
      input: JSON.stringify({ keys }),
    });
    const headers = {
      host: new URL(endpoint).host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AWSStepFunctions.StartSyncExecution',
    };
    const request = { method: 'POST', path: '/', headers, body };
    const signed = signedHeaders(request, credentials, { service: 'states', region, now: Date.now() });
    const answer = await fetch(endpoint, { method: 'POST', headers: signed, body });
    return (await answer.json()) as { status: string; output: string };
  };
  const rich = await run('rich', '12');
  expect(rich.status).toBe('SUCCEEDED');
  expect(JSON.parse(rich.output)).toMatchObject({
    keys: '12',
    sent: { MessageId: expect.any(String) },
    told: { MessageId: expect.stringMatching(/./) },
    kept: {},
  });
  expect(await rehearsal.items('Calls')).toEqual([{ id: '12' }]);
  const poor = await run('poor', '34');
  expect(JSON.parse(poor.output)).toMatchObject({ why: { Error: 'Dynamodb.AccessDeniedException' } });
});
