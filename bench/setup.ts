import { RunningStack } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { childrenCpuMs, descendants, ForeignLoad, mainThreadCpuMs, processCpuMs, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import { sippCalls } from './sipp.ts';

const SECTION = 'Call set-up and tear-down (sipp: INVITE, 180, 200, ACK, BYE, 200), CPU';
const UNIT = 'ms a call';
/** Milliseconds after the last call for what is still in progress. */
const AFTERWARDS_MS = 500;

/** Without a Lambda: only SIP, engine and media thread; each call joins a meeting and leaves it. */
async function withoutHandler(rate: number, count: number, ...args: string[]): Promise<Figure[]> {
  const server = await CallServerProcess.start(...args);
  try {
    const calls = { port: server.port, to: 'room0', holdMs: 0 };
    await sippCalls({ ...calls, count, rate });
    const foreign = new ForeignLoad(() => [server.pid]);
    const cpu = (): number[] => [processCpuMs(server.pid), mainThreadCpuMs(server.pid)];
    const before = cpu();
    await sippCalls({ ...calls, count, rate });
    await sleep(AFTERWARDS_MS);
    const [whole = 0, main = 0] = cpu().map((value, index) => (value - (before[index] ?? 0)) / count);
    const figure = { section: SECTION, unit: UNIT, foreignCores: foreign.cores() };
    const what = `without the handler, ${rate}/s${args.includes('--record') ? ', recorded' : ''}`;
    const beside = 'aim 1';
    return [
      { ...figure, what: `${what}: all threads`, value: whole, beside },
      { ...figure, what: `${what}: of it SIP and engine (main thread)`, value: main },
    ];
  } finally {
    await server.stop();
  }
}

/**
 * Calls per second, and their number. The first are those of a fresh stack, whose code is hardly compiled;
 * the last come at the same rate after two thousand others.
 */
const WITH_HANDLER: readonly [rate: number, count: number, how?: string][] = [
  [10, 100],
  [50, 500],
  [200, 1000],
  [10, 100, ', after the others'],
];

/** With the handler: the whole stack, with separate figures for its process and the functions' processes. */
async function withHandler(): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    const figures: Figure[] = [];
    for (const row of WITH_HANDLER) figures.push(...(await atRate(stack, ...row)));
    return figures;
  } finally {
    await stack.stop();
  }
}

async function atRate(stack: RunningStack, rate: number, count: number, how = ''): Promise<Figure[]> {
  const { sip, phoneNumber } = stack.endpoints;
  const calls = { port: sip.port, to: phoneNumber, rate, holdMs: 0 };
  await sippCalls({ ...calls, count: 2 * rate });
  const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
  const before = { runtime: processCpuMs(stack.pid), functions: childrenCpuMs(stack.pid) };
  await sippCalls({ ...calls, count });
  await sleep(AFTERWARDS_MS);
  const runtime = (processCpuMs(stack.pid) - before.runtime) / count;
  const functions = (childrenCpuMs(stack.pid) - before.functions) / count;
  const figure = { section: SECTION, unit: UNIT, foreignCores: foreign.cores() };
  const what = `with the handler, ${rate}/s${how}`;
  return [
    { ...figure, what: `${what}: the runtime`, value: runtime },
    { ...figure, what: `${what}: the functions' processes`, value: functions },
  ];
}

/** CPU time of a call that is set up and ended at once, with and without its Lambda. */
export async function setupFigures(): Promise<Figure[]> {
  return [
    ...(await withoutHandler(200, 2000)),
    ...(await withoutHandler(200, 2000, '--record')),
    ...(await withHandler()),
  ];
}
