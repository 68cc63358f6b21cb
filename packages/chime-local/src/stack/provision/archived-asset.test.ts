import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { systemIds } from '#platform';
import { codeOf } from './function-code.ts';
import type { ProviderServices } from './services.ts';

it('unpacks an asset that is an archive, when what is in it is needed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'archived-asset-'));
  try {
    const archive = path.join(folder, 'asset.1f2e.zip');
    writeFileSync(archive, zipSync({ 'bin/aws': strToU8('#!') }));
    const codeFolder = path.join(folder, 'functions');
    const services = {
      ids: systemIds,
      codeFolder,
      asset: () => ({ path: archive, isSource: false }),
    } as unknown as ProviderServices;
    const code = await codeOf('Layer', { S3Bucket: 'assets', S3Key: '1f2e.zip' }, '', services);
    const { directory } = await code();
    expect(directory.startsWith(codeFolder)).toBe(true);
    expect(readFileSync(path.join(directory, 'bin/aws'), 'utf8')).toBe('#!');
    expect((await code()).directory).toBe(directory);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
