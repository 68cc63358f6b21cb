import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { ResourceRequest } from '#cloudformation';
import { CodeSources } from '#code';
import { createLog } from '#platform';
import { BUCKET_FOLDER, localProviders } from './local-resources.ts';
import type { ProviderServices } from './services.ts';

/**
 * A bucket that follows the folder `wav` of a new project; `write` puts files there, `has` waits for the
 * bucket's keys.
 */
async function followedFolder() {
  const project = mkdtempSync(path.join(tmpdir(), 'bucket-folder-'));
  const folder = path.join(project, 'wav');
  const write = (name: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), name);
  };
  write('welcome.wav');
  const objects = new Set<string>();
  const lines: string[] = [];
  const log = createLog((_level, _name, text) => lines.push(text));
  const code = new CodeSources(log);
  onTestFinished(() => {
    code.close();
    rmSync(project, { recursive: true, force: true });
  });
  const s3 = {
    put: async (_bucket: string, key: string) => void objects.add(key),
    remove: async (_bucket: string, key: string) => void objects.delete(key),
  };
  const services = { s3, code, log } as unknown as ProviderServices;
  const provider = localProviders(services).find(({ types }) => types.includes(BUCKET_FOLDER));
  const properties = { Bucket: 'prompts', Folder: folder, Endings: ['.wav'] };
  await provider?.create({ properties, newName: () => 'made' } as unknown as ResourceRequest);
  const has = (...keys: string[]) => expect.poll(() => [...objects].sort()).toEqual(keys);
  return { project, folder, write, has, lines };
}

it('A bucket follows its folder when that is removed and recreated', async () => {
  const { project, folder, write, has } = await followedFolder();
  await has('welcome.wav');
  write('more/second.wav');
  await has('more/second.wav', 'welcome.wav');
  rmSync(path.join(folder, 'more'), { recursive: true });
  await has('welcome.wav');

  // As a switch of branches does: the whole folder goes, and another one takes its place.
  renameSync(folder, path.join(project, 'aside'));
  write('third.wav');
  await has('third.wav');
  write('fourth.wav');
  await has('fourth.wav', 'third.wav');

  rmSync(folder, { recursive: true });
  write('fifth.wav');
  await has('fifth.wav');
});

it('A bucket keeps its objects while its folder is gone', async () => {
  const { folder, write, has, lines } = await followedFolder();
  rmSync(folder, { recursive: true });
  await expect.poll(() => lines.join('\n')).toContain(`${folder} could not be read again`);
  await has('welcome.wav');
  write('later.wav');
  await has('later.wav');
});
