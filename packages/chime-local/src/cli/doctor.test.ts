import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { diagnose, lineOf, type Machine, THIS_MACHINE } from './doctor.ts';

const WELL: Machine = {
  nodeVersion: '22.1.0',
  tcpPort: async () => undefined,
  udpPort: async () => undefined,
  has: () => true,
  output: (program) => (program === 'python3' ? 'Python 3.12.1' : 'https://registry.example/'),
  writable: () => undefined,
  reach: async () => undefined,
};

const levels = async (machine: Partial<Machine>) =>
  (await diagnose({ ...WELL, ...machine }, '/home')).filter(({ level }) => level !== 'ok').map(lineOf);

describe('the doctor', () => {
  it('A machine that has everything causes no finding', async () => {
    expect(await levels({})).toEqual([]);
  });

  it.each<[string, Partial<Machine>, RegExp]>([
    ['an old Node.js', { nodeVersion: '20.18.3' }, /^problem .*20.18.3 is older than 20.19: install/],
    [
      'a busy port',
      { tcpPort: async (port) => (port === 4280 ? 'EADDRINUSE' : undefined) },
      /^warning .*4280 is in use: .*--port 0/,
    ],
    ['no Python', { output: () => undefined }, /^warning .*python3 is missing: install/],
    [
      'Python without venv',
      {
        output: (program, first) =>
          program !== 'python3' ? 'x' : first === '-c' ? undefined : 'Python 3.11.2',
      },
      /^warning .*3.11.2 has no venv module: install/,
    ],
    [
      'a cache that is read only',
      { writable: (place) => (place === '/home/.local' ? undefined : 'EACCES') },
      /^problem .*\(EACCES\): set XDG_CACHE_HOME/,
    ],
    [
      'no network',
      { reach: async () => 'ENOTFOUND' },
      /^warning .*does not answer \(ENOTFOUND\): check the network/,
    ],
  ])('A finding names the remedy for %s', async (_what, machine, line) => {
    const found = await levels(machine);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(line);
  });

  it('A program without a --version option is found', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
    const file = path.join(folder, 'softphone');
    writeFileSync(file, '#!/bin/sh\nexit 1\n');
    vi.stubEnv('PATH', folder);
    expect(THIS_MACHINE.has('softphone')).toBe(false);
    chmodSync(file, 0o755);
    expect([THIS_MACHINE.has('softphone'), THIS_MACHINE.has('another')]).toEqual([true, false]);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
});
