import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

describe('the log on disk', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'log-'));
    file = path.join(folder, 'logs', 'runtime.log');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('The log is two files of its size at most, over starts', () => {
    for (let start = 0; start < 3; start++) {
      const log = new LogFile(file, 1000);
      for (let line = 0; line < 100; line++) {
        log.append(`${'x'.repeat(98)}\n`);
        log.flush();
      }
      log.append(`start ${start}\n`);
      log.flush();
    }
    const files = readdirSync(path.dirname(file));
    expect(files.sort()).toEqual(['runtime.log', 'runtime.log.1']);
    for (const name of files)
      expect(statSync(path.join(path.dirname(file), name)).size).toBeLessThanOrEqual(1000);
    expect(readFileSync(file, 'utf8')).toContain('start 2');
  });

  it('A log file that cannot be written causes no error', () => {
    const log = new LogFile(file);
    rmSync(folder, { recursive: true });
    log.append('lost\n');
    expect(() => log.flush()).not.toThrow();
  });
});
