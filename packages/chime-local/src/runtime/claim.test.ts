import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { claim } from './claim.ts';

describe('a claim', () => {
  it('is given to one at a time, and again when it was given up', async () => {
    const what = `/somewhere/${randomUUID()}`;
    const giveUp = await claim(what);
    expect(giveUp).toBeDefined();
    expect(await claim(what)).toBeUndefined();
    expect(await claim(`${what}/else`)).toBeDefined();
    giveUp?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await claim(what)).toBeDefined();
  });

  it('ends with a process that is killed', async () => {
    const what = `/somewhere/${randomUUID()}`;
    const url = new URL('./claim.ts', import.meta.url).href;
    const script = `const { claim } = await import(${JSON.stringify(url)});
      await claim(${JSON.stringify(what)}); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    expect(await claim(what)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await claim(what)).toBeDefined();
  });
});
