import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { acquireLock } from './path-lock.ts';

describe('a lock on a path', () => {
  it('A lock has one holder at a time, and another after release', async () => {
    const what = `/somewhere/${randomUUID()}`;
    const release = await acquireLock(what);
    expect(release).toBeDefined();
    expect(await acquireLock(what)).toBeUndefined();
    expect(await acquireLock(`${what}/else`)).toBeDefined();
    release?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await acquireLock(what)).toBeDefined();
  });

  it('A lock ends when its process is killed', async () => {
    const what = `/somewhere/${randomUUID()}`;
    const url = new URL('./path-lock.ts', import.meta.url).href;
    const script = `const { acquireLock } = await import(${JSON.stringify(url)});
      await acquireLock(${JSON.stringify(what)}); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    expect(await acquireLock(what)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await acquireLock(what)).toBeDefined();
  });
});
