import { Telephone } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import type { ThreadTimes } from './threads.ts';

const SECTION =
  'The record of a whole call (30 s: prompt, four keys, meeting, BYE), CPU of the runtime without its functions';
/** Calls at once at each of the two servers, and how often; the rounds before that make code warm and are not counted. */
const CALLS = 20;
const ROUNDS = 5;
const ROUNDS_BEFORE = 2;
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

const PARTS = ['whole', 'main', 'media', 'v8', 'libuv'] as const;
const NAMES = {
  whole: 'all threads',
  main: 'main thread',
  media: 'media thread',
  v8: "V8's threads",
  libuv: "libuv's threads",
};

const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Milliseconds of each call of a round, by part: one element a server. */
async function measuredRound(servers: readonly CallServerProcess[]): Promise<ThreadTimes[]> {
  const before = servers.map(({ times }) => times);
  await round(servers);
  return servers.map(({ times }, at) => {
    const perCall = PARTS.map((part) => [part, (times[part] - (before[at]?.[part] ?? 0)) / CALLS]);
    return Object.fromEntries(perCall) as ThreadTimes;
  });
}

/** CPU of a whole call, recorded and not, side by side: medians of the rounds, and of what the two differ by in each. */
export async function recordFigures(): Promise<Figure[]> {
  const servers = [await CallServerProcess.start(), await CallServerProcess.start('--record')];
  try {
    for (let turn = 0; turn < ROUNDS_BEFORE; turn += 1) await round(servers);
    const foreign = new ForeignLoad(() => servers.map(({ pid }) => pid));
    const rounds: ThreadTimes[][] = [];
    // In turns, the one or the other is called first.
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      const order = turn % 2 === 0 ? servers : servers.toReversed();
      const times = await measuredRound(order);
      rounds.push(turn % 2 === 0 ? times : times.reverse());
    }
    const about = { section: SECTION, unit: 'ms a call', foreignCores: foreign.cores() };
    const shares = rounds.map(([plain, recorded]) => (recorded!.whole / plain!.whole - 1) * 100);
    const rows = PARTS.flatMap((part): Figure[] => [
      {
        ...about,
        what: `not recorded: ${NAMES[part]}`,
        value: median(rounds.map(([plain]) => plain![part])),
      },
      {
        ...about,
        what: `the record adds: ${NAMES[part]}`,
        value: median(rounds.map(([plain, recorded]) => recorded![part] - plain![part])),
      },
    ]);
    const spread = `aim 5; rounds ${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)}`;
    return [...rows, { ...about, what: 'the record', value: median(shares), unit: '%', beside: spread }];
  } finally {
    for (const server of servers) await server.stop();
  }
}
