import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import { TaskThread, type TaskThreadOptions } from './task-thread.ts';

/** A worker that returns its tasks, except: `hang` never ends, `fail` fails, `die` throws, `end` ends the worker. */
const ECHO = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (task) => {
    if (task !== 'unready') parentPort.postMessage({ begins: true });
    if (task === 'hang' || task === 'unready') return;
    if (task === 'die') throw new Error('died');
    if (task === 'end') process.exit(0);
    parentPort.postMessage(task === 'fail' ? { failed: 'wrong' } : { result: task });
  });
`;
const LIMIT_MS = 500;

let started: Worker[] = [];
const threads: TaskThread<string, string>[] = [];

function threadOf(options: Partial<TaskThreadOptions> = {}): TaskThread<string, string> {
  started = [];
  const start = () => {
    const worker = new Worker(ECHO, { eval: true });
    started.push(worker);
    return worker;
  };
  const thread = new TaskThread<string, string>({ start, ...options });
  threads.push(thread);
  return thread;
}

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.close()));
});

/** Resolves once the worker has begun a task. */
const begun = (worker: Worker | undefined) => new Promise((resolve) => worker?.once('message', resolve));

describe('a thread that runs tasks', () => {
  it('One thread runs all tasks in their order', async () => {
    const thread = threadOf();
    const done: string[] = [];
    const run = async (task: string) => done.push(await thread.run(task, LIMIT_MS));
    await Promise.all(['a', 'b', 'c'].map(run));
    expect(done).toEqual(['a', 'b', 'c']);
    expect(started).toHaveLength(1);
  });

  it('A failing task reports the reason and leaves the thread running', async () => {
    const thread = threadOf();
    await expect(thread.run('fail', LIMIT_MS)).rejects.toMatchObject({ fault: 'failed', message: 'wrong' });
    expect(await thread.run('a', LIMIT_MS)).toBe('a');
    expect(started).toHaveLength(1);
  });

  it.each([
    ['die', 'died'],
    ['end', 'its thread ended'],
  ])('If a task makes the thread %s, the next task gets another', async (task, message) => {
    const thread = threadOf();
    const broken = expect(thread.run(task, LIMIT_MS)).rejects.toMatchObject({ fault: 'broken', message });
    const next = thread.run('a', LIMIT_MS);
    await broken;
    expect(await next).toBe('a');
    expect(started).toHaveLength(2);
  });

  it('The time limit of a task counts from its beginning', async () => {
    const clock = new ScriptedClock();
    const thread = threadOf({ clock });
    const late = expect(thread.run('hang', LIMIT_MS)).rejects.toMatchObject({ fault: 'late' });
    const next = thread.run('a', LIMIT_MS);
    clock.advance(LIMIT_MS);
    await begun(started[0]);
    expect(started).toHaveLength(1);
    clock.advance(LIMIT_MS);
    await late;
    expect(await next).toBe('a');
    expect(clock.pending).toBe(0);
  });

  it('A thread that does not begin within 30 s is abandoned', async () => {
    const clock = new ScriptedClock();
    const thread = threadOf({ clock });
    const late = expect(thread.run('unready', LIMIT_MS)).rejects.toMatchObject({ fault: 'late' });
    clock.advance(30_000);
    await late;
  });

  it('Tasks beyond the waiting limit are refused', async () => {
    const thread = threadOf({ maxWaiting: 1 });
    const ends = [thread.run('hang', LIMIT_MS), thread.run('a', LIMIT_MS)].map((run) => run.catch(() => {}));
    await expect(thread.run('b', LIMIT_MS)).rejects.toMatchObject({ fault: 'full', message: '1 wait' });
    await thread.close();
    await Promise.all(ends);
  });

  it('An idle thread is ended, and the next task starts another', async () => {
    const thread = threadOf({ idleMs: 0 });
    await thread.run('a', LIMIT_MS);
    await new Promise((resolve) => started[0]?.once('exit', resolve));
    expect(await thread.run('b', LIMIT_MS)).toBe('b');
    expect(started).toHaveLength(2);
  });

  it('Unfinished tasks fail when the thread closes', async () => {
    const thread = threadOf();
    const ends = ['hang', 'a'].map((task) =>
      expect(thread.run(task, LIMIT_MS)).rejects.toMatchObject({ fault: 'closed' }),
    );
    await thread.close();
    await Promise.all(ends);
    await expect(thread.run('b', LIMIT_MS)).rejects.toMatchObject({ fault: 'closed' });
  });
});
