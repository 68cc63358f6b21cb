import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readStacks } from './read-stacks.ts';

it('A CDK 1 assembly names its assets by parameters', () => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'assembly-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  mkdirSync(path.join(outdir, 'asset.aa11'));
  const Parameters = Object.fromEntries(
    ['Bucket', 'Key', 'Hash'].map((name) => [`Code${name}`, { Type: 'String' }]),
  );
  writeFileSync(path.join(outdir, 'Old.template.json'), JSON.stringify({ Resources: {}, Parameters }));
  const data = {
    path: 'asset.aa11',
    packaging: 'zip',
    sourceHash: 'aa11',
    s3BucketParameter: 'CodeBucket',
    s3KeyParameter: 'CodeKey',
    artifactHashParameter: 'CodeHash',
  };
  const Old = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 'Old.template.json' },
    metadata: { '/Old': [{ type: 'aws:cdk:asset', data }] },
  };
  writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify({ artifacts: { Old } }));
  const [stack] = readStacks(outdir);
  expect(stack?.parameters).toEqual({ CodeBucket: 'local', CodeKey: '||aa11.zip', CodeHash: 'aa11' });
  expect(stack?.assets.get('aa11.zip')).toEqual({
    path: path.join(outdir, 'asset.aa11'),
    packaging: 'zip',
    objectKey: 'aa11.zip',
  });
});
