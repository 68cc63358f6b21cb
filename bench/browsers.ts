import { FarEndsProcess } from './browsers/far-ends-process.ts';
import { MediaBench } from './browsers/media-bench.ts';
import type { Says } from './browsers/prepared-voice.ts';
import { srtpFloor } from './browsers/srtp-floor.ts';
import { ForeignLoad, processCpuMs, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION =
  'Browsers in one meeting (Opus 48 kHz, 100 packets/s from and to each, 2 talkers, the rest muted), CPU';
const UNIT = 'ms a second';
/**
 * Attendees, and the CPU milliseconds a second (share of a core times 10) that a server on werift took for
 * them with Opus.
 */
const SIZES: [number, number][] = [
  [1, 88],
  [5, 175],
  [10, 224],
  [20, 331],
];
const TALKERS = 2;
const SETTLE_MS = 1_500;
const MEASURE_MS = 4_000;

/** What the other attendees do. */
type Rest = 'muted' | 'open microphone';

interface Cost {
  thread: number;
  process: number;
}

/** CPU of this process, which has only the media thread to run, while that many browsers are in a meeting. */
async function cost(
  bench: MediaBench,
  farEnds: FarEndsProcess,
  count: number,
  rest: Rest = 'muted',
): Promise<Cost> {
  const legs: string[] = [];
  const talks = (index: number): boolean => index < TALKERS;
  for (let index = 0; index < count; index++) {
    const muted = !talks(index) && rest === 'muted';
    legs.push(await bench.add(farEnds, 'browser', { muted }));
  }
  await farEnds.connect();
  await bench.untilUp(legs);
  await farEnds.say(legs.map((_, index): Says => (talks(index) ? 'tone' : 'silence')));
  await sleep(SETTLE_MS);
  const cpu = processCpuMs(process.pid);
  const { before, after, seconds } = await bench.window(() => sleep(MEASURE_MS));
  const whole = processCpuMs(process.pid) - cpu;
  bench.close(legs);
  await farEnds.closeAll();
  return { thread: (after.cpuMs - before.cpuMs) / seconds, process: whole / seconds };
}

/** CPU at every size, beside the floor and what other servers take. */
export async function browserFigures(sizes = SIZES.map(([count]) => count)): Promise<Figure[]> {
  const bench = await MediaBench.start();
  const farEnds = new FarEndsProcess();
  const figures: Figure[] = [];
  const costs: [number, Cost][] = [];
  const note = (what: string, value: number, foreign: ForeignLoad, beside = ''): void => {
    figures.push({ section: SECTION, what, value, unit: UNIT, beside, foreignCores: foreign.cores() });
  };
  try {
    // Code that runs for the first time runs slowly.
    await cost(bench, farEnds, 5);
    for (const [count, werift] of SIZES.filter(([size]) => sizes.includes(size))) {
      const foreign = new ForeignLoad(() => [farEnds.pid]);
      const { thread, process: whole } = await cost(bench, farEnds, count);
      costs.push([count, { thread, process: whole }]);
      note(`${count}: media thread`, thread, foreign, `werift-based server ${werift}`);
      note(`${count}: the whole process`, whole, foreign);
    }
    const foreign = new ForeignLoad(() => [farEnds.pid]);
    const largest = Math.max(...sizes);
    const open = await cost(bench, farEnds, largest, 'open microphone');
    note(`${largest}, the others with open, silent microphones: media thread`, open.thread, foreign);
    figures.push(...each(costs));
  } finally {
    await farEnds.stop();
    await bench.edge.close();
  }
  for (const count of sizes) {
    const value = await srtpFloor(count, MEASURE_MS / 2);
    const what = `${count}: floor, a bare SRTP echo of as many packets`;
    figures.push({ section: SECTION, what, value, unit: UNIT });
  }
  return figures;
}

/** The cost of one more attendee, between the smallest and the largest size. */
function each(costs: [number, Cost][]): Figure[] {
  const [first, last] = [costs[0], costs.at(-1)];
  if (!first || !last || first[0] === last[0]) return [];
  const value = (last[1].thread - first[1].thread) / (last[0] - first[0]);
  const what = `each further attendee, from ${first[0]} to ${last[0]}: media thread`;
  return [{ section: SECTION, what, value, unit: UNIT }];
}
