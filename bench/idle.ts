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

/** CPU of the stack, its functions included, while a page of an operator is open and nobody calls. */
async function openPage(stack: RunningStack): Promise<Figure[]> {
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(stack.endpoints.console);
    await page.getByText('Live', { exact: true }).waitFor();
    await sleep(PAGE_SETTLES_MS);
    let questions = 0;
    page.on('request', () => {
      questions += 1;
    });
    const stackPids = () => [stack.pid, ...descendants(stack.pid)];
    const foreign = new ForeignLoad(() => [...stackPids(), ...descendants(process.pid)]);
    const cpuMs = (): number => processCpuMs(stack.pid) + childrenCpuMs(stack.pid);
    const before = cpuMs();
    await sleep(WATCHED_MS);
    const value = (cpuMs() - before) / (WATCHED_MS / 1000);
    const what = 'with a page open: CPU of runtime and functions';
    const beside = `${questions} questions in ${WATCHED_MS / 1000} s`;
    return [{ section: SECTION, what, value, unit: 'ms a second', beside, foreignCores: foreign.cores() }];
  } finally {
    await browser.close();
  }
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
