import { join as joinByTelephone } from '#testkit';
import { RealPages, stagesOf } from './browsers/real-pages.ts';
import { ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const PHONE =
  'Join: the phone page, from the click on Call to the first sample of the welcome (the application pauses 1000 ms before it)';
const CLIENT =
  'Join: the meeting client (amazon-chime-sdk-js), from its join to the first sample of another’s voice';
/** Joins of each kind after the first, which is reported separately because nothing is warm in it. */
const JOINS = 15;
const OTHER = '+15557770031';
const OTHER_HZ = 1_000;
/** Milliseconds between two joins. */
const REST_MS = 150;

const PHONE_STAGES = ['INVITE sent', '200', 'ICE connected', 'DTLS connected', 'first packet', 'first sound'];
const CLIENT_STAGES = [
  'WebSocket open',
  'ICE connected',
  'DTLS connected',
  'audioVideoDidStart',
  'first packet',
  'first sound',
];

/** When stages were reached, in ms since the click. */
type Stages = Record<string, number>;

const since = (begin: string, marks: Stages): Stages =>
  Object.fromEntries(Object.entries(marks).map(([stage, at]) => [stage, at - (marks[begin] ?? Number.NaN)]));

async function phoneJoins(pages: RealPages, count: number): Promise<Stages[]> {
  const phone = await pages.phone();
  const all: Stages[] = [];
  for (let turn = 0; turn < count; turn++) {
    await phone.page.evaluate(() => window.probe.forget());
    await phone.dial();
    all.push(since('click', await stagesOf(phone.page, PHONE_STAGES)));
    await phone.press('Hang up');
    await phone.sees('You hung up');
    await sleep(REST_MS);
  }
  await phone.page.close();
  return all;
}

async function clientJoins(pages: RealPages, count: number): Promise<Stages[]> {
  const telephone = await joinByTelephone(pages.stack, OTHER);
  telephone.line.sayTone(OTHER_HZ);
  const client = await pages.client();
  const all: Stages[] = [];
  for (let turn = 0; turn < count; turn++) {
    const askedAt = performance.now();
    const attendee = await pages.attendee(`Operator ${turn}`);
    const answeredMs = performance.now() - askedAt;
    await client.page.evaluate(() => {
      window.probe.forget();
      window.probe.mark('join');
    });
    await client.join(attendee);
    const { events } = await client.until('started', ({ started }) => started);
    const marks = await stagesOf(
      client.page,
      CLIENT_STAGES.filter((stage) => stage !== 'audioVideoDidStart'),
    );
    const started = events.find(({ what }) => what === 'started')?.atMs ?? Number.NaN;
    all.push({ ...since('join', marks), audioVideoDidStart: started, 'POST /joinMeeting': answeredMs });
    await client.leave();
    await sleep(REST_MS);
  }
  await client.page.close();
  await telephone.hangUp();
  return all;
}

/** p50 and p95 of each stage over all joins but the first, and the first one. */
function figuresOf(
  section: string,
  stages: readonly string[],
  all: Stages[],
  foreignCores: number,
): Figure[] {
  const [first, ...later] = all;
  return stages.map((stage) => {
    const times = later.map((one) => one[stage] ?? Number.NaN);
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(times, share).toFixed(0));
    return {
      section,
      what: `${stage}: p50 / p95 of ${later.length}, and the first of all`,
      value: `${p50} / ${p95}, ${first?.[stage]?.toFixed(0)}`,
      unit: 'ms',
      foreignCores,
    };
  });
}

/** Time from click to first sound, by stages, in a real browser against the whole runtime. */
export async function joinFigures(joins = JOINS): Promise<Figure[]> {
  const pages = await RealPages.start();
  try {
    let foreign = new ForeignLoad(() => pages.pids());
    const phones = figuresOf(PHONE, PHONE_STAGES, await phoneJoins(pages, joins + 1), foreign.cores());
    foreign = new ForeignLoad(() => pages.pids());
    const clients = await clientJoins(pages, joins + 1);
    const stages = ['POST /joinMeeting', ...CLIENT_STAGES];
    return [...phones, ...figuresOf(CLIENT, stages, clients, foreign.cores())];
  } finally {
    await pages.close();
  }
}
