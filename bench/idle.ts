import { RunningStack } from '#testkit';
import {
  childrenCpuMs,
  descendants,
  ForeignLoad,
  processCpuMs,
  proportionalKb,
  residentKb,
  sleep,
} from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'A stack that has started and does nothing';
/** Milliseconds after the start until it rests, and over which it is then watched. */
const SETTLE_MS = 20_000;
const WATCHED_MS = 20_000;
/** Questions of a page that are measured, and those before them: the function starts and its code gets warm. */
const QUESTIONS = 40;
const FIRST_QUESTIONS = 10;
/** Milliseconds between two of them. A page asks each ten seconds while nothing changes. */
const QUESTION_MS = 250;
const PAGE_ASKS_MS = 10_000;

/** CPU of a page that is open while nothing happens: that of its questions, for it is told nothing between them. */
async function openPage(stack: RunningStack): Promise<Figure[]> {
  const ask = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await stack.queryMeetings();
      await sleep(QUESTION_MS);
    }
  };
  await ask(FIRST_QUESTIONS);
  const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
  const cpuMs = (): number => processCpuMs(stack.pid) + childrenCpuMs(stack.pid);
  const before = cpuMs();
  await ask(QUESTIONS);
  const each = (cpuMs() - before) / QUESTIONS;
  const figure = { section: SECTION, foreignCores: foreign.cores() };
  return [
    { ...figure, what: 'a question of an open page: CPU of runtime and function', value: each, unit: 'ms' },
    {
      ...figure,
      what: 'an open page, one question each ten seconds',
      value: (each * 1000) / PAGE_ASKS_MS,
      unit: 'ms a second',
    },
  ];
}

/** Memory and CPU of a start that nobody uses: what the machine pays for having it open. */
export async function idleFigures(): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    await sleep(SETTLE_MS);
    const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
    const before = { runtime: processCpuMs(stack.pid), functions: childrenCpuMs(stack.pid) };
    await sleep(WATCHED_MS);
    const perSecond = (ms: number): number => ms / (WATCHED_MS / 1000);
    const functions = descendants(stack.pid);
    const figure = { section: SECTION, foreignCores: foreign.cores() };
    const runtime = perSecond(processCpuMs(stack.pid) - before.runtime);
    const ofFunctions = perSecond(childrenCpuMs(stack.pid) - before.functions);
    const memory = functions.reduce((sum, pid) => sum + residentKb(pid), 0);
    const shared = functions.reduce((sum, pid) => sum + proportionalKb(pid), 0);
    return [
      {
        ...figure,
        what: 'the runtime, resident',
        value: residentKb(stack.pid) / 1024,
        unit: 'MB',
        beside: 'aim 150',
      },
      {
        ...figure,
        what: `${functions.length} function processes, resident, shared pages in each`,
        value: memory / 1024,
        unit: 'MB',
      },
      { ...figure, what: 'the same, each shared page by its part', value: shared / 1024, unit: 'MB' },
      { ...figure, what: 'CPU of the runtime', value: runtime, unit: 'ms a second' },
      { ...figure, what: 'CPU of the functions', value: ofFunctions, unit: 'ms a second' },
      ...(await openPage(stack)),
    ];
  } finally {
    await stack.stop();
  }
}
