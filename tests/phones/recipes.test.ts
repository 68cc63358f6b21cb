import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningStack, rowOf } from '#testkit';

const PHONES = readFileSync(path.join(import.meta.dirname, '../../docs/phones.md'), 'utf8');

let stack: RunningStack;
let folder: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  stack = await RunningStack.start();
  folder = mkdtempSync(path.join(tmpdir(), 'recipes-'));
  mkdirSync(path.join(folder, '.local'));
  writeFileSync(path.join(folder, '.local/endpoints.json'), JSON.stringify(stack.endpoints));
});

afterAll(async () => {
  // Each recipe is a process group: its shell and everything that it has started.
  for (const { pid, exitCode } of running) if (pid && exitCode === null) process.kill(-pid, 'SIGKILL');
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The shell commands of a section, as printed. */
function recipesOf(section: string): string[] {
  const [, text = ''] = PHONES.split(`## ${section}`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block ?? '');
}

function follow(recipe: string): ChildProcess {
  const env = { ...process.env, HOME: folder };
  const child = spawn('sh', ['-c', recipe], { cwd: folder, detached: true, env, stdio: 'ignore' });
  running.push(child);
  return child;
}

/** Milliseconds of sound that baresip has written to its file: 8 kHz, 16 bit. */
function heardMs(): number {
  const phone = path.join(folder, 'phone');
  const file = readdirSync(phone).find((name) => name.endsWith('-dec.wav'));
  return file === undefined ? 0 : statSync(path.join(phone, file)).size / 16;
}

it('The recipe for baresip calls, keys the PIN and joins', async () => {
  const [dial = '', keys = ''] = recipesOf('baresip');
  follow(dial);
  await expect.poll(() => stack.output, { message: 'baresip is answered' }).toContain('+15557770001 #1');
  // The question has begun: keys count from here on.
  await expect.poll(heardMs, { message: 'it hears the question' }).toBeGreaterThan(2_500);
  await once(follow(keys), 'exit');
  expect((await rowOf(stack, '+15557770001')).status).toBe('joined');
});

it('The recipe for linphone calls, keys the PIN and joins', async () => {
  const [dial = ''] = recipesOf('linphone');
  follow(dial);
  await expect.poll(() => stack.output, { message: 'linphone is answered' }).toContain('+15557770002 #1');
  expect((await rowOf(stack, '+15557770002')).status).toBe('joined');
});
