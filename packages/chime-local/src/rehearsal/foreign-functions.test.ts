import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lambda } from '@aws-sdk/client-lambda';
import { expect, it, onTestFinished } from 'vitest';
import { startRehearsal } from './rehearsal.ts';

const lambda = (Properties: object) => ({ Type: 'AWS::Lambda::Function', Properties });
const TEMPLATE = {
  Resources: {
    Main: lambda({
      FunctionName: 'main',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: "exports.handler = async () => 'runs';" },
    }),
    Contained: lambda({
      FunctionName: 'contained',
      PackageType: 'Image',
      Code: { ImageUri: 'x.dkr.ecr/y:1' },
    }),
    Java: lambda({ FunctionName: 'java', Runtime: 'java21', Handler: 'a.B::c', Code: { ZipFile: 'class' } }),
  },
};

it('Container images and Java are refused with a reason; the rest runs', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'foreign-'));
  const template = path.join(folder, 'template.json');
  writeFileSync(template, JSON.stringify(TEMPLATE));
  const warned: string[] = [];
  const rehearsal = await startRehearsal({
    template,
    onLine: ({ level, text }) => level === 'warn' && warned.push(text),
  });
  const client = new Lambda({ ...rehearsal.aws, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await rehearsal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const answer = async (FunctionName: string): Promise<string> => {
    const { Payload } = await client.invoke({ FunctionName });
    return Buffer.from(Payload ?? []).toString();
  };
  expect(await answer('main')).toBe('"runs"');
  expect(await answer('contained')).toContain('Contained is a container image, which does not run here');
  expect(await answer('java')).toContain('the runtime java21 of java does not run here');
  expect(warned.filter((text) => text.includes('does not run here'))).toHaveLength(2);
});
