import { Telephone } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import type { ThreadTimes } from './threads.ts';

const SECTION =
  'The record of a whole call (30 s: prompt, four keys, meeting, BYE), CPU of the runtime without its functions';
/**
 * Servers of each kind. V8 compiles the same code in another way in each process: two that do the same differ by up to a tenth for as long
 * as they run, which is more than a record costs.
 */
const PAIRS = 3;
/** Calls at once at each of the servers, and how often; the rounds before that make code warm and are not counted. */
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

/** The same calls at the same time at all: whatever else the machine does, it does to all. */
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

/** Milliseconds of each call of a round, by part, over the servers of each kind. */
interface Measured {
  plain: ThreadTimes;
  recorded: ThreadTimes;
}

async function measuredRound(plain: Servers, recorded: Servers, turn: number): Promise<Measured> {
  // In turns, the one or the other kind is called first.
  const order = turn % 2 === 0 ? [...plain, ...recorded] : [...recorded, ...plain];
  const before = [plain, recorded].map(timesOf);
  await round(order);
  const [ofPlain, ofRecorded] = [plain, recorded].map((servers, kind) => {
    const after = timesOf(servers);
    const perCall = PARTS.map((part) => [part, (after[part] - before[kind]![part]) / CALLS / PAIRS]);
    return Object.fromEntries(perCall) as ThreadTimes;
  });
  return { plain: ofPlain!, recorded: ofRecorded! };
}

/** Of all of them together. */
function timesOf(servers: Servers): ThreadTimes {
  const all = servers.map(({ times }) => times);
  const sums = PARTS.map((part) => [part, all.reduce((sum, times) => sum + times[part], 0)]);
  return Object.fromEntries(sums) as ThreadTimes;
}

type Servers = readonly CallServerProcess[];

const started = (...args: string[]): Promise<Servers> =>
  Promise.all(Array.from({ length: PAIRS }, () => CallServerProcess.start(...args)));

/** CPU of a whole call, recorded and not, side by side: medians of the rounds, and of what the two differ by in each. */
export async function recordFigures(): Promise<Figure[]> {
  const plain = await started();
  const recorded = await started('--record');
  const servers = [...plain, ...recorded];
  try {
    for (let turn = 0; turn < ROUNDS_BEFORE; turn += 1) await round(servers);
    const foreign = new ForeignLoad(() => servers.map(({ pid }) => pid));
    const rounds: Measured[] = [];
    for (let turn = 0; turn < ROUNDS; turn += 1) rounds.push(await measuredRound(plain, recorded, turn));
    return figuresOf(rounds, foreign.cores());
  } finally {
    for (const server of servers) await server.stop();
  }
}

function figuresOf(rounds: readonly Measured[], foreignCores: number): Figure[] {
  const about = { section: SECTION, unit: 'ms a call', foreignCores };
  const rows = PARTS.flatMap((part): Figure[] => [
    {
      ...about,
      what: `not recorded: ${NAMES[part]}`,
      value: median(rounds.map(({ plain }) => plain[part])),
    },
    {
      ...about,
      what: `the record adds: ${NAMES[part]}`,
      value: median(rounds.map(({ plain, recorded }) => recorded[part] - plain[part])),
    },
  ]);
  const shares = rounds.map(({ plain, recorded }) => (recorded.whole / plain.whole - 1) * 100);
  const spread = `aim 5; rounds ${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)}`;
  return [...rows, { ...about, what: 'the record', value: median(shares), unit: '%', beside: spread }];
}
