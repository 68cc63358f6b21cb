import { spawn } from 'node:child_process';
import path from 'node:path';
import { RunningStack } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { descendants, ForeignLoad, processCpuMs, residentKb, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SETUP = 'Call set-up and tear-down (sipp: INVITE, 180, 200, ACK, a second, BYE)';
const MEMORY = 'Memory';
const SCENARIO = path.resolve('tests/sipp/uac_hangup.xml');

/** Runs `count` calls with sipp at `rate` a second; rejects when one fails. */
function sippCalls(port: number, to: string, count: number, rate: number, holdMs = 1000): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'sipp',
      [
        ...[
          `127.0.0.1:${port}`,
          '-s',
          to,
          '-key',
          'from',
          '+15557770001',
          '-i',
          '127.0.0.1',
          '-mi',
          '127.0.0.1',
        ],
        ...['-p', '0', '-sf', SCENARIO, '-m', String(count), '-r', String(rate), '-l', String(count)],
        ...['-d', String(holdMs), '-nostdin', '-buff_size', '4000000', '-recv_timeout', '20000'],
      ],
      { stdio: 'ignore' },
    );
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`sipp ended with ${code}`))));
  });
}

/** Without a Lambda: SIP, engine and media thread alone. */
async function bareSetup(rate: number, count: number): Promise<Figure> {
  const server = await CallServerProcess.start();
  try {
    await sippCalls(server.port, 'room0', 50, 50);
    const foreign = new ForeignLoad(() => [server.pid]);
    const before = processCpuMs(server.pid);
    await sippCalls(server.port, 'room0', count, rate);
    const value = (processCpuMs(server.pid) - before) / count;
    const what = `without the handler, ${rate}/s: CPU of SIP, engine and media, one second of sound included`;
    return {
      section: SETUP,
      what,
      value,
      unit: 'ms a call',
      beside: 'aim 1; Asterisk 1.8-2.5',
      foreignCores: foreign.cores(),
    };
  } finally {
    await server.stop();
  }
}

/** With the handler: the whole stack; its process and the functions' apart. */
async function wholeSetup(rate: number, count: number): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    const { sip, phoneNumber } = stack.endpoints;
    await sippCalls(sip.port, phoneNumber, 20, rate);
    const functions = (): number => descendants(stack.pid).reduce((sum, pid) => sum + processCpuMs(pid), 0);
    const before = [processCpuMs(stack.pid), functions()] as const;
    await sippCalls(sip.port, phoneNumber, count, rate);
    await sleep(500);
    return [
      {
        section: SETUP,
        what: `with the handler, ${rate}/s: the runtime`,
        value: (processCpuMs(stack.pid) - before[0]) / count,
        unit: 'ms a call',
      },
      {
        section: SETUP,
        what: `with the handler, ${rate}/s: the functions' processes`,
        value: (functions() - before[1]) / count,
        unit: 'ms a call',
      },
    ];
  } finally {
    await stack.stop();
  }
}

/** Memory while calls are up, and after a thousand of them. */
async function memory(): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  try {
    // The first calls make what all later ones use: code, pools, tables.
    await sippCalls(server.port, 'room0', 100, 100);
    await sleep(1000);
    await server.state();
    const idle = residentKb(server.pid);
    const calls = 200;
    const running = sippCalls(server.port, 'room0', calls, 100, 8000);
    await sleep(5000);
    await server.state();
    const busy = residentKb(server.pid);
    await running;
    await sippCalls(server.port, 'room0', 1000, 100);
    await sleep(40_000);
    const after = await server.state();
    return [
      {
        section: MEMORY,
        what: `a call in a meeting, of ${calls}`,
        value: (busy - idle) / calls,
        unit: 'KB',
        beside: 'aim 60; Asterisk 120-160',
      },
      {
        section: MEMORY,
        what: 'before, and 40 s after a thousand calls',
        value: `${Math.round(idle / 1024)}, ${Math.round(residentKb(server.pid) / 1024)}`,
        unit: 'MB',
      },
      { section: MEMORY, what: 'calls and legs left', value: `${after.calls}, ${after.legs}`, unit: '' },
    ];
  } finally {
    await server.stop();
  }
}

export async function setupFigures(): Promise<Figure[]> {
  return [await bareSetup(200, 1000), ...(await wholeSetup(10, 100))];
}

export const memoryFigures = memory;
