import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { FunctionSpec } from '#lambda-runner';
import { systemIds } from '#platform';
import { codeOf } from './function-code.ts';
import { functionProviders } from './functions.ts';
import type { ProviderServices } from './services.ts';

/** The location of an archive of the assembly. */
const CODE = { S3Bucket: 'assets', S3Key: 'asset.1f2e.zip' };
let codeFolder: string;
let defined: FunctionSpec[];
let services: ProviderServices;

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, CODE.S3Key);
  writeFileSync(file, zipSync({ 'nodejs/index.js': strToU8('exports.a = 1') }));
  codeFolder = path.join(folder, 'unpacked');
  defined = [];
  const pretend = {
    asset: () => ({ path: file, packaging: 'file', objectKey: CODE.S3Key, isSource: false }),
    codeFolder,
    ids: systemIds,
    home: { region: 'us-east-1', accountId: '000000000000' },
    credentials: { issue: () => ({}) },
    functions: { find: () => undefined, define: (spec: FunctionSpec) => void defined.push(spec) },
  };
  services = pretend as unknown as ProviderServices;
});

it('An asset that is an archive is unpacked when first requested', async () => {
  const code = await codeOf('Layer', CODE, '', services);
  expect(existsSync(codeFolder)).toBe(false);
  const { directory } = await code();
  expect(directory.startsWith(codeFolder)).toBe(true);
  expect(readFileSync(path.join(directory, 'nodejs/index.js'), 'utf8')).toBe('exports.a = 1');
  expect(await code()).toEqual({ directory, version: path.basename(directory) });
});

it('A layer is unpacked when its function first runs', async () => {
  const providers = functionProviders(services);
  const provider = (type: string) => providers.find(({ types }) => types.includes(type));
  const layer = await provider('AWS::Lambda::LayerVersion')?.create({
    logicalId: 'Layer',
    properties: { Content: CODE },
    newName: () => 'layer',
  } as never);
  await provider('AWS::Lambda::Function')?.create({
    logicalId: 'Function',
    properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Code: CODE, Layers: [layer?.physicalId] },
    newName: () => 'function',
  } as never);
  expect(existsSync(codeFolder)).toBe(false);
  const [folder = ''] = (await defined[0]?.layers?.()) ?? [];
  expect(readFileSync(path.join(folder, 'nodejs/index.js'), 'utf8')).toBe('exports.a = 1');
});
