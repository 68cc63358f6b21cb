import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, residentKb, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import { sippCalls } from './sipp.ts';

const SECTION = 'Memory of the process that has SIP, engine and media, after a collection';
/** Number of concurrent calls, each in a meeting. */
const CALLS = 200;
const RATE = 100;
/** Calls that come and go between the two readings. */
const MANY = 1000;
/** Milliseconds until nothing is left of a call: SIP's timers J and H are 32 s (RFC 3261, 64 times T1). */
const FORGOTTEN_MS = 36_000;

/**
 * Memory while calls are up, and after they and a thousand more have ended. Resident memory says little about
 * a call: V8 reserves space for garbage, the more the busier it is.
 */
export async function memoryFigures(): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  const foreign = new ForeignLoad(() => [server.pid]);
  try {
    const calls = { port: server.port, to: 'room0', rate: RATE };
    // The first calls create what all later ones use: code, pools, tables.
    await sippCalls({ ...calls, count: CALLS, holdMs: 2000 });
    await sleep(FORGOTTEN_MS);
    const idle = await server.state();
    const idleKb = residentKb(server.pid);
    const up = sippCalls({ ...calls, count: CALLS, holdMs: 6000 });
    await sleep((CALLS / RATE) * 1000 + 2000);
    const busy = await server.state();
    await up;
    await sippCalls({ ...calls, count: MANY, holdMs: 500 });
    await sleep(FORGOTTEN_MS);
    const left = await server.state();
    const afterKb = residentKb(server.pid);
    const figure = { section: SECTION, foreignCores: foreign.cores() };
    const main = (busy.usedBytes - idle.usedBytes) / CALLS / 1024;
    const media = (busy.mediaBytes - idle.mediaBytes) / CALLS / 1024;
    const what = `a call in a meeting, of ${CALLS}, in use`;
    return [
      { ...figure, what: `${what}: SIP and engine`, value: main, unit: 'KB' },
      { ...figure, what: `${what}: with its sound`, value: main + media, unit: 'KB', beside: 'aim 60' },
      { ...figure, what: 'resident, before these calls', value: idleKb / 1024, unit: 'MB' },
      { ...figure, what: `resident, after ${CALLS} and ${MANY} more`, value: afterKb / 1024, unit: 'MB' },
      { ...figure, what: 'calls and legs left', value: `${left.calls}, ${left.legs}`, unit: '' },
    ];
  } finally {
    await server.stop();
  }
}
