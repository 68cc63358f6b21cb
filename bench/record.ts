import { Telephone } from '#testkit';
import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';
import type { ThreadTimes } from './threads.ts';

const SECTION =
  'The record of a whole call (30 s: prompt, four keys, meeting, BYE), CPU of the runtime without its functions';
/**
 * Servers. Half of them record, the others do not, and after each round they change over: V8 compiles the same code differently in each
 * process, so two processes that do the same differ by up to a tenth for as long as they run, which is more than a record costs. So
 * each server is compared with itself, and what the machine does meanwhile falls on both halves alike.
 */
const SERVERS = 6;
/** Calls at once at each of the servers, and pairs of rounds. */
const CALLS = 20;
const PAIRS = 4;
/**
 * Rounds of short calls before those that are counted, and milliseconds of such a call. V8 compiles what has run some hundred times, in
 * threads of its own: without these calls it would still do so while the record is measured.
 */
const WARM_UP = { rounds: 12, callMs: 4_000 };
/** Milliseconds of a call, those before the keys, and those between two set-ups. */
const CALL_MS = 30_000;
const BEFORE_KEYS_MS = 2_000;
const BETWEEN_MS = 100;
/** Milliseconds after the last call, for lines that are still to be written. */
const AFTERWARDS_MS = 3_000;
const PIN = '1234';
const VOICE_HZ = 300;

type Servers = readonly CallServerProcess[];

/** Somebody who listens, presses keys and talks in a meeting of four. */
async function oneCall(port: number, index: number, callMs: number): Promise<void> {
  const from = `+1555777${String(index).padStart(4, '0')}`;
  const to = `pin${Math.floor(index / 4)}`;
  const phone = await Telephone.call({ server: { host: '127.0.0.1', port }, to, from });
  phone.line.sayTone(VOICE_HZ + 10 * index, { wavers: true });
  await sleep(BEFORE_KEYS_MS);
  await phone.press(PIN);
  await sleep(callMs - BEFORE_KEYS_MS);
  await phone.hangUp();
}

/** Places the same calls at the same time at all servers. */
async function round(servers: Servers, callMs: number): Promise<void> {
  const calls: Promise<void>[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    for (const { port } of servers) calls.push(oneCall(port, index, callMs));
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

/** CPU of a call in a pair of rounds, ms: without a record and with one, the mean over all servers. */
interface Measured {
  plain: ThreadTimes;
  recorded: ThreadTimes;
}

/** Lets the one half of the servers record, and the other not. */
async function halfRecorded(servers: Servers, turn: number, callMs = CALL_MS): Promise<Measured> {
  const isRecorded = (index: number): boolean => index % 2 === turn % 2;
  for (const [index, server] of servers.entries()) server.record(isRecorded(index));
  const before = servers.map(({ times }) => times);
  await round(servers, callMs);
  const spent = servers.map(({ times }, index) => difference(times, before[index]!));
  return {
    plain: mean(spent.filter((_, index) => !isRecorded(index))),
    recorded: mean(spent.filter((_, index) => isRecorded(index))),
  };
}

const ofParts = (value: (part: (typeof PARTS)[number]) => number): ThreadTimes => ({
  whole: value('whole'),
  main: value('main'),
  media: value('media'),
  v8: value('v8'),
  libuv: value('libuv'),
});

const difference = (after: ThreadTimes, before: ThreadTimes): ThreadTimes =>
  ofParts((part) => (after[part] - before[part]) / CALLS);

const mean = (all: readonly ThreadTimes[]): ThreadTimes =>
  ofParts((part) => all.reduce((sum, times) => sum + times[part], 0) / all.length);

/** CPU of a whole call, recorded and not: medians of the pairs of rounds, and of their differences. */
export async function recordFigures(): Promise<Figure[]> {
  const servers = await Promise.all(
    Array.from({ length: SERVERS }, () => CallServerProcess.start('--record')),
  );
  try {
    for (let turn = 0; turn < WARM_UP.rounds; turn += 1) await halfRecorded(servers, turn, WARM_UP.callMs);
    // One pair of whole calls, which is not counted either.
    for (const turn of [0, 1]) await halfRecorded(servers, turn);
    const foreign = new ForeignLoad(() => servers.map(({ pid }) => pid));
    const pairs: Measured[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const [one, other] = [await halfRecorded(servers, 0), await halfRecorded(servers, 1)];
      pairs.push({
        plain: mean([one.plain, other.plain]),
        recorded: mean([one.recorded, other.recorded]),
      });
    }
    return figuresOf(pairs, foreign.cores());
  } finally {
    for (const server of servers) await server.stop();
  }
}

function figuresOf(pairs: readonly Measured[], foreignCores: number): Figure[] {
  const about = { section: SECTION, unit: 'ms a call', foreignCores };
  const rows = PARTS.flatMap((part): Figure[] => [
    {
      ...about,
      what: `not recorded: ${NAMES[part]}`,
      value: median(pairs.map(({ plain }) => plain[part])),
    },
    {
      ...about,
      what: `the record adds: ${NAMES[part]}`,
      value: median(pairs.map(({ plain, recorded }) => recorded[part] - plain[part])),
    },
  ]);
  const shares = pairs.map(({ plain, recorded }) => (recorded.whole / plain.whole - 1) * 100);
  const spread = `aim 5; pairs of rounds ${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)}`;
  return [...rows, { ...about, what: 'the record', value: median(shares), unit: '%', beside: spread }];
}
