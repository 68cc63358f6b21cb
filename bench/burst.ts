import { CALLERS_SETTLE_MS, callers, compileCallers } from './browsers/callers.ts';
import { FarEndsProcess } from './browsers/far-ends-process.ts';
import { MediaBench } from './browsers/media-bench.ts';
import { ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION =
  'Everyone’s packets while ten browsers join one meeting at once (20 phones; from the second burst on 10 browsers are in)';
const PHONES = 20;
const FIRST_CALLER_PORT = 31_000;
/** Browsers that join at once. */
const COMERS = 10;
const WARM_BURSTS = 3;
/** Seconds of each window: the burst and little more, so that its effect is not lost among quiet packets. */
const WINDOW_S = 1;
const QUIET_S = 4;
/** Milliseconds from the beginning of the window to the burst. */
const BURST_AFTER_MS = 150;

/** The attendees who are already in the meeting. */
interface Scene {
  bench: MediaBench;
  /** Port pairs of the PCMU telephones: theirs and ours. */
  pairs: string[];
  sitting: FarEndsProcess;
  comers: FarEndsProcess;
}

/** What was observed in one window. */
interface Seen {
  phones: { p50: number; p99: number; max: number };
  /** Deviations of the browsers' packets, by the clock of the receiving Node program. */
  browsers: number[];
  latenessMs: number;
  lateSlots: number;
  threadMsPerS: number;
  threadMs: number;
  seconds: number;
  /** Milliseconds from the first connectivity check to the end of the last handshake. */
  upMs: number;
}

async function createScene(): Promise<Scene> {
  compileCallers();
  const bench = await MediaBench.start();
  const pairs: string[] = [];
  for (let index = 0; index < PHONES; index++) {
    const local = FIRST_CALLER_PORT + 2 * index;
    const { rtpPort } = await bench.addCaller(local);
    pairs.push(`${local}:${rtpPort}`);
  }
  return { bench, pairs, sitting: new FarEndsProcess(), comers: new FarEndsProcess() };
}

/** One window; `burst` is called shortly after its beginning. */
async function watch(scene: Scene, seconds: number, burst?: () => Promise<void>): Promise<Seen> {
  const phones = callers(seconds, scene.pairs);
  await sleep(CALLERS_SETTLE_MS);
  await scene.sitting.deviations();
  let upMs = 0;
  const { before, after, ...window } = await scene.bench.window(async () => {
    const end = sleep(seconds * 1000);
    if (burst) {
      await sleep(BURST_AFTER_MS);
      const beganAt = performance.now();
      await burst();
      upMs = performance.now() - beganAt;
    }
    await end;
  });
  const browsers = await scene.sitting.deviations();
  const { devP50: p50, devP99: p99, devMax: max } = await phones;
  const threadMs = after.cpuMs - before.cpuMs;
  return {
    ...{ phones: { p50, p99, max }, browsers, upMs, threadMs, seconds: window.seconds },
    ...{ latenessMs: after.maxLatenessMs, lateSlots: after.lateTicks },
    threadMsPerS: threadMs / window.seconds,
  };
}

/** Ten legs whose far ends are ready to begin. They listen without being heard. */
async function ready(scene: Scene, farEnds: FarEndsProcess): Promise<string[]> {
  const legs: string[] = [];
  for (let index = 0; index < COMERS; index++)
    legs.push(await scene.bench.add(farEnds, 'browser', { muted: true }));
  return legs;
}

async function come(scene: Scene, farEnds: FarEndsProcess, legs: string[]): Promise<void> {
  await farEnds.connect();
  await scene.bench.untilUp(legs);
}

/** Spacing before and during each burst, the thread's lateness, and the cost of a handshake. */
export async function burstFigures(): Promise<Figure[]> {
  const scene = await createScene();
  const foreign = new ForeignLoad(() => [scene.sitting.pid, scene.comers.pid]);
  try {
    const figures: Figure[] = [];
    const note = (what: string, value: number | string, unit: string, beside = ''): void => {
      figures.push({ section: SECTION, what, value, unit, beside, foreignCores: foreign.cores() });
    };
    const quiet = await watch(scene, QUIET_S);
    tell(note, 'before, phones alone', quiet);
    // They stay, and are the browsers that are in already.
    const first = await ready(scene, scene.sitting);
    const cold = await watch(scene, WINDOW_S, () => come(scene, scene.sitting, first));
    tell(note, 'first burst, cold', cold);
    note('first burst, cold: CPU of a handshake', handshakeMs(cold, quiet), 'ms', 'werift 35-50');
    await scene.sitting.say(first.map(() => 'silence'));

    const before = await watch(scene, QUIET_S);
    tell(note, 'before the second, with browsers in', before);
    const warm: Seen[] = [];
    for (let burst = 0; burst < WARM_BURSTS; burst++) {
      const legs = await ready(scene, scene.comers);
      warm.push(await watch(scene, WINDOW_S, () => come(scene, scene.comers, legs)));
      scene.bench.close(legs);
      await scene.comers.closeAll();
    }
    tell(note, `later bursts, the worst of ${WARM_BURSTS}`, worst(warm));
    const each = warm.map((seen) => handshakeMs(seen, before));
    note('later bursts: CPU of a handshake, p50', percentile(each, 0.5), 'ms', 'werift 35-50');
    return figures;
  } finally {
    await Promise.all([scene.sitting.stop(), scene.comers.stop()]);
    await scene.bench.edge.close();
  }
}

type Note = (what: string, value: number | string, unit: string, beside?: string) => void;

function tell(note: Note, when: string, seen: Seen): void {
  const three = ({ p50, p99, max }: { p50: number; p99: number; max: number }): string =>
    [p50, p99, max].map((value) => value.toFixed(1)).join(' / ');
  note(`${when}: phones’ spacing off 20 ms, p50 / p99 / max`, three(seen.phones), 'ms', 'aim p99 2.5');
  if (seen.browsers.length > 0) {
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(seen.browsers, share));
    const spread = three({ p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0 });
    note(`${when}: browsers’ (their own program’s lateness included)`, spread, 'ms');
  }
  const lateness = `${seen.latenessMs.toFixed(1)} (${seen.lateSlots})`;
  note(`${when}: media thread’s latest slot (slots over 2.5 ms late)`, lateness, 'ms');
  if (seen.upMs > 0) note(`${when}: all ten connected after`, seen.upMs, 'ms');
}

/** The CPU of a window above that of a quiet one without joins, for each browser that joined. */
function handshakeMs(burst: Seen, quiet: Seen): number {
  return (burst.threadMs - quiet.threadMsPerS * burst.seconds) / COMERS;
}

/** The highest value of each figure. */
function worst(all: readonly Seen[]): Seen {
  const highest = (of: (seen: Seen) => number): number => Math.max(...all.map(of));
  return {
    ...(all[0] as Seen),
    phones: {
      p50: highest(({ phones }) => phones.p50),
      p99: highest(({ phones }) => phones.p99),
      max: highest(({ phones }) => phones.max),
    },
    browsers: all.flatMap(({ browsers }) => browsers),
    latenessMs: highest(({ latenessMs }) => latenessMs),
    lateSlots: highest(({ lateSlots }) => lateSlots),
    upMs: highest(({ upMs }) => upMs),
  };
}
