import { sleep } from '../machine.ts';
import type { FarEndKind } from './far-end.ts';
import { FarEndsProcess } from './far-ends-process.ts';
import { MediaBench } from './media-bench.ts';
import type { Says } from './prepared-voice.ts';

/** Number of far ends of each kind: their packets arrive at different moments of the server's 20 ms. */
const EACH = 4;
/** The same with as many as `pageDelays` has, so that as many share one slot. */
const EACH_PAGE = 2;
/** A call's first moments, and the time after which its jitter buffer has shrunk, in ms. */
const EARLY_MS = 1_000;
const SETTLED_MS = 8_000;
const EARLY_BEEPS = 1;
const SETTLED_BEEPS = 3;
const PAGE_BEEPS = 6;
/** Milliseconds between two beeps: longer than the longest delay, and than the silence before an onset. */
const GAP_MS = 330;
/** Milliseconds above which an onset belongs to another beep. */
const LONGEST_MS = GAP_MS - 20;

/** By way (`phone→browser`): ms from a packet's departure to the place of its sound in the arriving packet. */
export type Ways = Record<string, number[]>;

export interface LightDelays {
  early: Ways;
  settled: Ways;
  /** Beeps that should have been detected and were not. */
  missed: number;
}

/** Measures delays through the server with far ends that have neither a jitter buffer nor a sound card. */
export function lightDelays(): Promise<LightDelays> {
  return delaysBetween([...many('phone', EACH), ...many('browser', EACH)], SETTLED_BEEPS);
}

/** The same for the legs that `pageDelays` uses: two phone pages and two meeting clients. */
export function lightPageDelays(): Promise<LightDelays> {
  return delaysBetween([...many('page', EACH_PAGE), ...many('browser', EACH_PAGE)], PAGE_BEEPS);
}

async function delaysBetween(kinds: readonly FarEndKind[], beeps: number): Promise<LightDelays> {
  const bench = await MediaBench.start();
  const farEnds = new FarEndsProcess();
  try {
    const legs: string[] = [];
    for (const kind of kinds) legs.push(await bench.add(farEnds, kind, { listens: true }));
    await farEnds.connect();
    await bench.untilUp(legs.filter((_, index) => kinds[index] !== 'phone'));
    await farEnds.say(kinds.map((): Says => 'silence'));
    await sleep(EARLY_MS);
    const early = await series(farEnds, kinds, EARLY_BEEPS);
    await sleep(SETTLED_MS - EARLY_MS);
    const settled = await series(farEnds, kinds, beeps);
    return { early: early.ways, settled: settled.ways, missed: early.missed + settled.missed };
  } finally {
    await farEnds.stop();
    await bench.edge.close();
  }
}

const many = (kind: FarEndKind, count: number): FarEndKind[] => Array.from({ length: count }, () => kind);

/** One far end after another beeps, and all others listen. */
async function series(
  farEnds: FarEndsProcess,
  kinds: readonly FarEndKind[],
  beeps: number,
): Promise<{ ways: Ways; missed: number }> {
  const ways: Ways = {};
  let missed = 0;
  await farEnds.onsets();
  for (let turn = 0; turn < beeps * kinds.length; turn++) {
    const from = turn % kinds.length;
    const sentAt = await farEnds.beep(from);
    await sleep(GAP_MS);
    for (const [to, onsets] of (await farEnds.onsets()).entries()) {
      if (to === from) continue;
      const delay = onsets.map((at) => at - sentAt).find((ms) => ms > 0 && ms < LONGEST_MS);
      if (delay === undefined) missed++;
      else {
        const way = `${kinds[from]}→${kinds[to]}`;
        ways[way] ??= [];
        ways[way].push(delay);
      }
    }
  }
  return { ways, missed };
}
