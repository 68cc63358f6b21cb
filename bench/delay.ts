import { type LightDelays, lightDelays, lightPageDelays, type Ways } from './browsers/light-delays.ts';
import { type PageDelays, pageDelays, type Series } from './browsers/page-delays.ts';
import { PACKET_MS } from './browsers/prepared-voice.ts';
import { RealPages } from './browsers/real-pages.ts';
import { converterDelay, opusDelay } from './browsers/stage-delays.ts';
import { ForeignLoad, percentile } from './machine.ts';
import type { Figure } from './report.ts';

const THROUGH =
  'Delay through the server: from a packet’s departure to its sound’s place in a packet that arrives';
const STAGES =
  'Mouth to ear, by stage: p50 of phone to phone / phone to browser / browser to phone / browser to browser';
const PAGES =
  'Mouth to ear between real pages: from one page’s sound graph to the other’s (sound cards not in it)';
/**
 * Upper bound for the median one-way delay of the beeps, in ms. Our aim: nobody notices 150 (ITU-T G.114),
 * and sound cards are not included.
 */
const AIM_P50_MS = 100;

type Way = 'phone→phone' | 'phone→browser' | 'browser→phone' | 'browser→browser';
const WAYS: readonly Way[] = ['phone→phone', 'phone→browser', 'browser→phone', 'browser→browser'];
const NAMES: Record<Way, string> = {
  'phone→phone': 'phone to phone',
  'phone→browser': 'phone to browser',
  'browser→phone': 'browser to phone',
  'browser→browser': 'browser to browser',
};

/** The same ways, by the pages that the light far ends stand for. */
const PAGE_WAYS: Record<Way, string> = {
  'phone→phone': 'page→page',
  'phone→browser': 'page→browser',
  'browser→phone': 'browser→page',
  'browser→browser': 'browser→browser',
};

const spread = (delays: readonly number[] = []): string =>
  [0.5, 0.95, 1].map((share) => percentile(delays, share).toFixed(0)).join(' / ');

/** Mouth-to-ear delay by ways, and the cost of each stage. */
export async function delayFigures(): Promise<Figure[]> {
  let foreign = new ForeignLoad(() => []);
  const throughServer = through(await lightDelays()).map((figure) => ({
    ...figure,
    foreignCores: foreign.cores(),
  }));
  const { settled: light } = await lightPageDelays();
  const pages = await RealPages.start();
  try {
    foreign = new ForeignLoad(() => pages.pids());
    const real = await pageDelays(pages);
    const between = betweenPages(real).map((figure) => ({ ...figure, foreignCores: foreign.cores() }));
    return [
      ...throughServer,
      ...between,
      ...stages(light, real).map((figure) => ({ ...figure, foreignCores: foreign.cores() })),
    ];
  } finally {
    await pages.close();
  }
}

function through({ early, settled, missed }: LightDelays): Figure[] {
  const figures = WAYS.flatMap((way): Figure[] => {
    const what = `${NAMES[way]}, p50 / p95 / max of`;
    return [
      {
        ...{ section: THROUGH, what: `${what} ${settled[way]?.length} after 8 s`, unit: 'ms' },
        value: spread(settled[way]),
      },
      {
        ...{ section: THROUGH, what: `${what} ${early[way]?.length} in the first seconds`, unit: 'ms' },
        value: spread(early[way]),
      },
    ];
  });
  return [...figures, { section: THROUGH, what: 'beeps not found again', value: missed, unit: '' }];
}

function betweenPages({ soon, settled }: PageDelays): Figure[] {
  const figures = (when: string, { ways, missed }: Series, aim: boolean): Figure[] => [
    ...WAYS.map((way): Figure => {
      const delays = ways[way] ?? [];
      const reached = percentile(delays, 0.5) < AIM_P50_MS;
      return {
        ...{ section: PAGES, what: `${NAMES[way]}, p50 / p95 / max of ${delays.length} ${when}`, unit: 'ms' },
        value: spread(delays),
        ...(aim ? { beside: `aim p50 ${AIM_P50_MS}: ${reached ? 'reached' : 'not reached'}` } : {}),
      };
    }),
    { section: PAGES, what: `beeps not found again ${when}`, value: missed, unit: '' },
  ];
  return [...figures('after 40 s', settled, true), ...figures('5 s after the last join', soon, false)];
}

/** Where the time between two pages goes, each figure for the four ways; the rest is not explained by any stage. */
function stages(light: Ways, { settled, loopback, toItself }: PageDelays): Figure[] {
  const { ways, jitterBufferMs } = settled;
  const graph = percentile(loopback, 0.5);
  const each = (of: (way: Way) => number): number[] => WAYS.map(of);
  const server = each((way) => percentile(light[PAGE_WAYS[way]] ?? [], 0.5));
  const buffers = each((way) => jitterBufferMs[way.endsWith('phone') ? 'phone' : 'browser']);
  const whole = each((way) => percentile(ways[way] ?? [], 0.5));
  const own = percentile(toItself.delays, 0.5);
  const itsBuffer = toItself.jitterBufferMs;
  const known = graph + PACKET_MS.full;
  const figure = (what: string, values: readonly number[]): Figure => ({
    ...{ section: STAGES, what, unit: 'ms' },
    value: values.map((value) => value.toFixed(0)).join(' / '),
  });
  const row = (what: string, of: (way: number) => number) => figure(what, [0, 1, 2, 3].map(of));
  return [
    figure('all', whole),
    figure('of which the browser’s own: a page to itself by a connection, without the server', [own]),
    row('the rest: the server, and a deeper jitter buffer', (way) => whole[way]! - own),
    row('sound graphs: into a stream and out again, without a connection', () => graph),
    row('packet: gathered before it is sent (a constant)', () => PACKET_MS.full),
    figure('server: reading, jitter buffer, mixing slot, codecs', server),
    figure('the hearing browser’s jitter buffer, by its own statistics', buffers),
    row('what these four do not explain', (way) => whole[way]! - known - server[way]! - buffers[way]!),
    figure('the same of a page to itself: all, its jitter buffer, not explained', [
      own,
      itsBuffer,
      own - known - itsBuffer,
    ]),
    figure('in the server: Opus for each leg; resampler, phone to browser; browser to phone', [
      opusDelay(),
      converterDelay('narrow', 'full'),
      converterDelay('full', 'narrow'),
    ]),
  ];
}
