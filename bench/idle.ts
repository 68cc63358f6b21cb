import { RunningStack } from '#testkit';
import { childrenCpuMs, descendants, ForeignLoad, processCpuMs, residentKb, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'A stack that has started and does nothing';
/** Milliseconds after the start until it rests, and over which it is then watched. */
const SETTLE_MS = 20_000;
const WATCHED_MS = 20_000;

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
      { ...figure, what: 'CPU of the runtime', value: runtime, unit: 'ms a second' },
      { ...figure, what: 'CPU of the functions', value: ofFunctions, unit: 'ms a second' },
    ];
  } finally {
    await stack.stop();
  }
}
