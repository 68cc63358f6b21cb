import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, residentKb, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import { sippCalls } from './sipp.ts';

const SECTION = 'Memory of the process that has SIP, engine and media (resident, after a collection)';
/** Calls up at once, each in a meeting. */
const CALLS = 200;
const RATE = 100;
/** Calls that come and go between the two readings. */
const MANY = 1000;
/** Milliseconds until nothing of a call is left: SIP's timer J and H are 32 s (RFC 3261, 64 times T1). */
const FORGOTTEN_MS = 36_000;

/** Memory while calls are up, and when they and a thousand more are gone. */
export async function memoryFigures(): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  const foreign = new ForeignLoad(() => [server.pid]);
  const resident = async (): Promise<number> => {
    await server.state();
    return residentKb(server.pid);
  };
  try {
    const calls = { port: server.port, to: 'room0', rate: RATE };
    // The first calls make what all later ones use: code, pools, tables.
    await sippCalls({ ...calls, count: CALLS, holdMs: 2000 });
    await sleep(FORGOTTEN_MS);
    const idle = await resident();
    const up = sippCalls({ ...calls, count: CALLS, holdMs: 6000 });
    await sleep((CALLS / RATE) * 1000 + 2000);
    const busy = await resident();
    await up;
    await sippCalls({ ...calls, count: MANY, holdMs: 500 });
    await sleep(FORGOTTEN_MS);
    const after = await resident();
    const left = await server.state();
    const figure = { section: SECTION, foreignCores: foreign.cores() };
    const beside = 'aim 60';
    return [
      {
        ...figure,
        what: `a call in a meeting, of ${CALLS}`,
        value: (busy - idle) / CALLS,
        unit: 'KB',
        beside,
      },
      { ...figure, what: 'before these calls', value: idle / 1024, unit: 'MB' },
      { ...figure, what: `after ${CALLS} and ${MANY} more`, value: after / 1024, unit: 'MB' },
      { ...figure, what: 'calls and legs left', value: `${left.calls}, ${left.legs}`, unit: '' },
    ];
  } finally {
    await server.stop();
  }
}
