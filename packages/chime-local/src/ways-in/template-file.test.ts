import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandSam } from '#template';
import { stacksOf } from './index.ts';
import { stackOfTemplateFile } from './template-file.ts';
import { TestFolder } from './testing/test-folder.ts';

let folder: TestFolder;
beforeEach(() => {
  folder = new TestFolder();
});
afterEach(() => folder.remove());

const write = (name: string, text: string): string => folder.write(name, text);

describe('a template on disk', () => {
  it("A function's folder is its code, with TypeScript bundled as requested", () => {
    write('src/app.ts', 'export const lambdaHandler = 1');
    write('plain/index.js', 'exports.handler = 1');
    const file = write(
      'template.yaml',
      `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs20.x, CodeUri: plain/ } }
Resources:
  Built:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [app.ts], Format: esm, OutExtension: ['.js=.mjs'], External: [left-out] } }
    Properties: { CodeUri: src, Handler: app.lambdaHandler }
  Plain:
    Type: AWS::Serverless::Function
    Properties: { Handler: index.handler }
  Cfn:
    Type: AWS::Lambda::Function
    Properties: { Code: ./plain, Handler: index.handler, Runtime: nodejs20.x }
`,
    );
    const { template, assets, stackName } = stackOfTemplateFile(file);
    expect(stackName).toMatch(/^ways-in-/);
    const { Resources } = expandSam(template);
    const assetOf = (id: string) =>
      assets.get(String((Resources[id]?.Properties?.Code as { S3Key?: string })?.S3Key));
    expect(assetOf('Built')?.build).toMatchObject({
      entry: path.join(folder.path, 'src/app.ts'),
      outputName: 'app.mjs',
      external: ['left-out'],
    });
    expect(assetOf('Plain')).toMatchObject({ path: path.join(folder.path, 'plain'), isSource: true });
    expect(assetOf('Cfn')?.path).toBe(path.join(folder.path, 'plain'));
  });

  it('Nested templates are included with their own folders', () => {
    write('inner/code/index.js', '');
    write(
      'inner/child.yaml',
      'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: { Code: code }\n',
    );
    const file = write(
      'outer.yaml',
      'Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: inner/child.yaml }\n',
    );
    const { assets } = stackOfTemplateFile(file);
    expect(assets.get(path.join(folder.path, 'inner/child.yaml'))?.text).toContain(
      path.join(folder.path, 'inner/code'),
    );
    expect(assets.has(path.join(folder.path, 'inner/code'))).toBe(true);
  });

  it('An error names what is missing', () => {
    const file = write(
      't.yaml',
      'Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: { Code: nowhere }\n',
    );
    expect(() => stackOfTemplateFile(file)).toThrow(/F.Code is "nowhere": .*nowhere is missing/);
  });
});

it('A template finds the buckets that are given beside it', async () => {
  const template = write('app/template.yaml', 'Resources: { P: { Type: AWS::SNS::Topic } }');
  const sounds = path.dirname(write('sounds/hello.wav', ''));
  const [buckets, own] = await stacksOf({ template, buckets: { shared: sounds } });
  const [bucket] = Object.values(buckets?.template.Resources ?? {});
  expect(bucket).toMatchObject({ Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shared' } });
  expect(own?.template.Resources).toHaveProperty('P');
});
