import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recognise } from './recogniser.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'recogniser-'));
  const module = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  module(
    'length.mjs',
    'import { readFileSync } from "node:fs"; const [mode, file] = process.argv.slice(2); console.log(mode, readFileSync(file).length, file);',
  );
  module('fails.mjs', 'console.error("no model"); process.exit(3);');
  module('hangs.mjs', 'setInterval(() => {}, 1000);');
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (name: string, timeoutSeconds?: number) =>
  recognise(
    { command: [path.join(folder, name), 'fast'], ...(timeoutSeconds ? { timeoutSeconds } : {}) },
    new Uint8Array(52),
  );

describe('a recogniser', () => {
  it('A recogniser is given a file, which is deleted afterwards', async () => {
    const [mode, length, file = ''] = (await run('length.mjs')).split(' ');
    expect([mode, length, path.basename(file)]).toEqual(['fast', '52', 'said.wav']);
    expect(() => rmSync(file)).toThrow('ENOENT');
  });

  it('A failing recogniser is reported with its status and last output', async () => {
    await expect(run('fails.mjs')).rejects.toThrow(/fails.mjs ended with status 3. no model/);
    await expect(recognise({ command: ['/no/such/program'] }, new Uint8Array(1))).rejects.toThrow('ENOENT');
  });

  it('A recogniser that hangs is killed after its timeout', async () => {
    await expect(run('hangs.mjs', 0.2)).rejects.toThrow('took more than 0.2 s');
  });
});
