import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EndpointsFile } from './endpoints-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'endpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('An endpoints file that cannot be written is refused with its cure', () => {
  writeFileSync(path.join(folder, 'file'), '');
  const file = path.join(folder, 'file', 'endpoints.json');
  expect(() => new EndpointsFile(file).prepare()).toThrow(
    `The endpoints file ${file} cannot be written (EEXIST); choose another with --endpoints FILE.`,
  );
});

it('Checking whether an endpoints file can be written leaves none', () => {
  new EndpointsFile(path.join(folder, 'below', 'endpoints.json')).prepare();
  expect(readdirSync(path.join(folder, 'below'))).toEqual([]);
});
