import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

/** A command line that never answers and ends on Ctrl-C as the real ones do. */
const NEVER = `#!/bin/sh
trap 'exit 130' INT
echo asked >> "$(dirname "$0")/asked"
while :; do sleep 0.1; done
`;

it('Ctrl-C says that CloudFormation continues, and exits with 130', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'interrupt-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(path.join(home, 'aws'), NEVER);
  chmodSync(path.join(home, 'aws'), 0o755);
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'deploy', '--region', 'us-east-1'], {
    env: { ...process.env, PATH: `${home}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: in a terminal Ctrl-C reaches the whole group.
    detached: true,
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await expect
    .poll(() => readFileSync(path.join(home, 'asked'), 'utf8'), { timeout: 50_000 })
    .toContain('asked');
  process.kill(-(child.pid as number), 'SIGINT');
  expect([await ended, text]).toEqual([130, expect.stringContaining('CloudFormation has begun it finishes')]);
});
