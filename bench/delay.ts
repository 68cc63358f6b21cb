import { type LightDelays, lightDelays, type Ways } from './browsers/light-delays.ts';
import { type PageDelays, pageDelays, type Series } from './browsers/page-delays.ts';
import { RealPages } from './browsers/real-pages.ts';
import { converterDelay, opusDelay } from './browsers/stage-delays.ts';
import { ForeignLoad, percentile } from './machine.ts';
import type { Figure } from './report.ts';

const THROUGH =
  'Delay through the server: from a packet’s departure to its sound’s place in a packet that arrives';
const STAGES = 'Delay, by stage';
const PAGES =
  'Mouth to ear between real pages: from one page’s sound graph to the other’s (sound cards not in it)';
/** A far end gathers so much sound before it can send it, ms. */
const PACKET_MS = 20;
/** Most of half of the beeps, one way, ms. Ours: nobody notices 150 (ITU-T G.114), and sound cards are not in it. */
const AIM_P50_MS = 100;

type Way = 'phone→phone' | 'phone→browser' | 'browser→phone' | 'browser→browser';
const WAYS: readonly Way[] = ['phone→phone', 'phone→browser', 'browser→phone', 'browser→browser'];
const NAMES: Record<Way, string> = {
  'phone→phone': 'phone to phone',
  'phone→browser': 'phone to browser',
  'browser→phone': 'browser to phone',
  'browser→browser': 'browser to browser',
};

const spread = (delays: readonly number[] = []): string =>
  [0.5, 0.95, 1].map((share) => percentile(delays, share).toFixed(0)).join(' / ');

/** Mouth to ear, by ways, and what each stage costs. */
export async function delayFigures(): Promise<Figure[]> {
  let foreign = new ForeignLoad(() => []);
  const light = await lightDelays();
  const throughServer = through(light).map((figure) => ({ ...figure, foreignCores: foreign.cores() }));
  const pages = await RealPages.start();
  try {
    foreign = new ForeignLoad(() => pages.pids());
    const real = await pageDelays(pages);
    const between = betweenPages(real).map((figure) => ({ ...figure, foreignCores: foreign.cores() }));
    return [
      ...throughServer,
      ...between,
      ...stages(light.settled, real).map((figure) => ({ ...figure, foreignCores: foreign.cores() })),
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

/** Where the time between two pages goes; the rest is what the browsers themselves take. */
function stages(
  light: Ways,
  { soon, settled: { ways: real, jitterBufferMs }, loopback }: PageDelays,
): Figure[] {
  const p50 = (ways: Ways, way: Way): number => percentile(ways[way] ?? [], 0.5);
  const opus = opusDelay();
  const figure = (what: string, value: number): Figure => ({ section: STAGES, what, value, unit: 'ms' });
  return [
    figure('packet: a far end gathers sound before it sends (a constant)', PACKET_MS),
    figure('server: reading, jitter buffer, mixing slot, p50 (phone to phone)', p50(light, 'phone→phone')),
    figure(
      'server: the same for browsers (browser to browser, without Opus)',
      p50(light, 'browser→browser') - 2 * opus,
    ),
    figure('Opus, for each leg that speaks it', opus),
    figure('resampler, phone to browser', converterDelay('narrow', 'full')),
    figure('resampler, browser to phone', converterDelay('full', 'narrow')),
    figure('browser: its jitter buffer, by its own statistics, phone page', jitterBufferMs.phone),
    figure('browser: its jitter buffer, by its own statistics, meeting client', jitterBufferMs.browser),
    figure('the same 5 s after the last join, phone page (joined first)', soon.jitterBufferMs.phone),
    figure('the same 5 s after the last join, meeting client', soon.jitterBufferMs.browser),
    figure('browser: sound graph into a stream and out again, no network, p50', percentile(loopback, 0.5)),
    ...WAYS.map((way) =>
      figure(
        `all that is the browsers’ own (${NAMES[way]}), those three included, p50`,
        p50(real, way) - p50(light, way) - PACKET_MS,
      ),
    ),
  ];
}
