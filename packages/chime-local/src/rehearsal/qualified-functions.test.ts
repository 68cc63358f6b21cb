import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lambda } from '@aws-sdk/client-lambda';
import { expect, it, onTestFinished } from 'vitest';
import { startRehearsal } from './rehearsal.ts';

const CODE = `exports.handler = async ({ CallDetails }, { invokedFunctionArn, functionVersion }) => CallDetails
  ? { SchemaVersion: '1.0', Actions: [{ Type: 'Speak', Parameters: { Text: invokedFunctionArn + ' ' + functionVersion } }] }
  : [invokedFunctionArn, functionVersion];`;
const VOICE = 'voiceconnector.chime.amazonaws.com';
/** An application whose endpoint is the alias of a version. */
const TEMPLATE = {
  Resources: {
    Main: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'main',
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Code: { ZipFile: CODE },
      },
    },
    First: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Main' } } },
    Second: {
      Type: 'AWS::Lambda::Version',
      DependsOn: 'First',
      Properties: { FunctionName: { 'Fn::GetAtt': ['Main', 'Arn'] } },
    },
    Live: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: 'live',
        FunctionName: { Ref: 'Main' },
        FunctionVersion: { 'Fn::GetAtt': ['Second', 'Version'] },
      },
    },
    Allow: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'Live' }, Principal: VOICE },
    },
    Application: {
      Type: 'AWS::Chime::SipMediaApplication',
      Properties: { Name: 'app', AwsRegion: 'us-east-1', Endpoints: [{ LambdaArn: { Ref: 'Live' } }] },
    },
  },
};

it('An application calls its function by the alias that it names', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'qualified-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  const rehearsal = await startRehearsal({ template });
  const client = new Lambda({ ...rehearsal.aws, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await rehearsal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:main';
  const invoke = async (more: object): Promise<unknown[]> => {
    const { Payload, ExecutedVersion } = await client.invoke({ FunctionName: 'main', ...more });
    return [...JSON.parse(Buffer.from(Payload ?? []).toString()), ExecutedVersion];
  };
  expect(await invoke({})).toEqual([arn, '$LATEST', '$LATEST']);
  expect(await invoke({ Qualifier: 'live' })).toEqual([`${arn}:live`, '2', '2']);
  expect(await invoke({ FunctionName: `${arn}:1` })).toEqual([`${arn}:1`, '1', '1']);
  await expect(invoke({ Qualifier: 'dead' })).rejects.toThrow(/main:dead/);
  const call = await (await rehearsal.application()).dial({ from: '+12065550100' });
  await call.hears(`${arn}:live 2`);
});
