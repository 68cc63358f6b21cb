import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, it, onTestFinished } from 'vitest';
import { systemIds } from '#platform';
import { codeOf } from './function-code.ts';
import type { ProviderServices } from './services.ts';

it('unpacks an asset that is an archive when it is first asked for', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'asset.zip');
  const codeFolder = path.join(folder, 'unpacked');
  writeFileSync(file, zipSync({ 'nodejs/index.js': strToU8('exports.a = 1') }));
  const asset = { path: file, packaging: 'file', objectKey: 'asset.zip' };
  const services = { asset: () => asset, codeFolder, ids: systemIds } as unknown as ProviderServices;
  const code = await codeOf('Layer', { S3Bucket: 'assets', S3Key: 'asset.zip' }, '', services);
  const { directory } = await code();
  expect(readFileSync(path.join(directory, 'nodejs/index.js'), 'utf8')).toBe('exports.a = 1');
  expect(await code()).toEqual({ directory, version: path.basename(directory) });
});
