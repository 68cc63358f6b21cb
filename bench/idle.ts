import { RunningStack } from '#testkit';
import { launchBrowser } from '../testkit/browser.ts';
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
/** Milliseconds after a page was opened until it asks no more than it has to. */
const PAGE_SETTLES_MS = 20_000;

/** CPU of the runtime and of its functions, ms a second, and what else the machine did meanwhile. */
interface WatchedCpu {
  runtime: number;
  functions: number;
  foreignCores: number;
}

/** Watches a stack for a while. `others`: processes that belong to the measurement as well. */
async function watchCpu(stack: RunningStack, others: () => number[] = () => []): Promise<WatchedCpu> {
  const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid), ...others()]);
  const before = { runtime: processCpuMs(stack.pid), functions: childrenCpuMs(stack.pid) };
  await sleep(WATCHED_MS);
  const perSecond = (ms: number): number => ms / (WATCHED_MS / 1000);
  return {
    runtime: perSecond(processCpuMs(stack.pid) - before.runtime),
    functions: perSecond(childrenCpuMs(stack.pid) - before.functions),
    foreignCores: foreign.cores(),
  };
}

/** CPU of the stack, its functions included, while a page of an operator is open and nobody calls. */
async function openPage(stack: RunningStack): Promise<Figure> {
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(stack.endpoints.console);
    await page.getByText('Live', { exact: true }).waitFor();
    await sleep(PAGE_SETTLES_MS);
    let requests = 0;
    page.on('request', () => {
      requests += 1;
    });
    const { runtime, functions, foreignCores } = await watchCpu(stack, () => descendants(process.pid));
    return {
      section: SECTION,
      what: 'with a page open: CPU of runtime and functions',
      value: runtime + functions,
      unit: 'ms a second',
      beside: `${requests} requests in ${WATCHED_MS / 1000} s`,
      foreignCores,
    };
  } finally {
    await browser.close();
  }
}

/** Memory and CPU of a start that nobody uses: what the machine pays for having it open. */
export async function idleFigures(): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    await sleep(SETTLE_MS);
    const cpu = await watchCpu(stack);
    const functions = descendants(stack.pid);
    const figure = { section: SECTION, foreignCores: cpu.foreignCores };
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
      { ...figure, what: 'CPU of the runtime', value: cpu.runtime, unit: 'ms a second' },
      { ...figure, what: 'CPU of the functions', value: cpu.functions, unit: 'ms a second' },
      await openPage(stack),
    ];
  } finally {
    await stack.stop();
  }
}
