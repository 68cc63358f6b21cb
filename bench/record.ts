import { Telephone } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, mainThreadCpuMs, processCpuMs, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION =
  'The record of a whole call (30 s: prompt, four keys, meeting, BYE), CPU of the runtime without its functions';
/** Calls at once at each of the two servers, and how often. */
const CALLS = 20;
const ROUNDS = 3;
/** Milliseconds of a call, those before the keys, and those between two set-ups. */
const CALL_MS = 30_000;
const BEFORE_KEYS_MS = 2_000;
const BETWEEN_MS = 100;
/** Milliseconds after the last call, for lines that are still to be written. */
const AFTERWARDS_MS = 3_000;
const PIN = '1234';
const VOICE_HZ = 300;

/** Somebody who listens, presses keys and talks in a meeting of four. */
async function oneCall(port: number, index: number): Promise<void> {
  const from = `+1555777${String(index).padStart(4, '0')}`;
  const to = `pin${Math.floor(index / 4)}`;
  const phone = await Telephone.call({ server: { host: '127.0.0.1', port }, to, from });
  phone.line.sayTone(VOICE_HZ + 10 * index, { wavers: true });
  await sleep(BEFORE_KEYS_MS);
  await phone.press(PIN);
  await sleep(CALL_MS - BEFORE_KEYS_MS);
  await phone.hangUp();
}

/** The same calls at the same time at both: whatever else the machine does, it does to both. */
async function round(servers: readonly CallServerProcess[]): Promise<void> {
  const calls: Promise<void>[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    for (const { port } of servers) calls.push(oneCall(port, index));
    await sleep(BETWEEN_MS);
  }
  await Promise.all(calls);
  await sleep(AFTERWARDS_MS);
}

/** CPU of a whole call, recorded and not, side by side. */
export async function recordFigures(): Promise<Figure[]> {
  const servers = [await CallServerProcess.start(), await CallServerProcess.start('--record')];
  try {
    await round(servers);
    const foreign = new ForeignLoad(() => servers.map(({ pid }) => pid));
    const used = () => servers.map(({ pid }) => [processCpuMs(pid), mainThreadCpuMs(pid)] as const);
    const before = used();
    for (let turn = 0; turn < ROUNDS; turn += 1) await round(servers);
    const count = CALLS * ROUNDS;
    const [plain = [0, 0], recorded = [0, 0]] = used().map((after, server) =>
      after.map((value, thread) => (value - (before[server]?.[thread] ?? 0)) / count),
    );
    const foreignCores = foreign.cores();
    const figure = { section: SECTION, unit: 'ms a call', foreignCores };
    const [whole = 0, main = 0] = plain;
    const [wholeRecorded = 0, mainRecorded = 0] = recorded;
    return [
      { ...figure, what: 'not recorded: all threads', value: whole },
      { ...figure, what: 'not recorded: of it the main thread', value: main },
      { ...figure, what: 'recorded: all threads', value: wholeRecorded },
      { ...figure, what: 'recorded: of it the main thread', value: mainRecorded },
      {
        ...figure,
        what: 'the record',
        value: (100 * (wholeRecorded - whole)) / whole,
        unit: '%',
        beside: 'aim 5',
      },
    ];
  } finally {
    for (const server of servers) await server.stop();
  }
}
