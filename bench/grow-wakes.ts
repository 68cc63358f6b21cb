import { readdirSync, readFileSync } from 'node:fs';
import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import { rtpload } from './rtpload.ts';

/** Number of concurrent callers. */
const CALLERS = [1, 10, 100];
const PER_MEETING = 4;
/** Calls set up per second, and seconds for which each then sends. */
const RATE = 50;
const SECONDS = 12;
/** Milliseconds after the last caller is connected, and for which the thread is then observed. */
const SETTLE_MS = 3_000;
const WATCHED_MS = 5_000;

/** How often a second the media thread wakes: once per slot, however many callers share it. */
export async function wakeFigures(section: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const callers of CALLERS) {
    const server = await CallServerProcess.start();
    const foreign = new ForeignLoad(() => [server.pid]);
    try {
      const calling = rtpload([
        ...['-t', `127.0.0.1:${server.port}`, '-u', 'room%d', '-g', String(PER_MEETING)],
        ...['-n', String(callers), '-r', String(RATE), '-d', String(SECONDS), '-p', String(server.pid)],
      ]);
      await sleep((callers * 1_000) / RATE + SETTLE_MS);
      const value = await wakesASecond(server.pid);
      await calling;
      const what = `wakes of the media thread, callers: ${callers}`;
      figures.push({ section, what, value, unit: 'a second', foreignCores: foreign.cores() });
    } finally {
      await server.stop();
    }
  }
  return figures;
}

/**
 * The wake-ups of the thread, other than the main one, that waits most often: the others are helpers of V8
 * and libuv.
 */
async function wakesASecond(pid: number): Promise<number> {
  const before = waitsOf(pid);
  await sleep(WATCHED_MS);
  const waits = [...waitsOf(pid)].map(([thread, count]) =>
    thread === pid ? 0 : count - (before.get(thread) ?? 0),
  );
  return (Math.max(...waits) * 1_000) / WATCHED_MS;
}

/** How often each thread has waited voluntarily: voluntary_ctxt_switches of proc(5). */
function waitsOf(pid: number): Map<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return new Map(
    threads.map((thread) => {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      return [thread, Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])];
    }),
  );
}
