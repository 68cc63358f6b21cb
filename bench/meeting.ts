import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad } from './machine.ts';
import type { Figure } from './report.ts';
import { type RtploadResult, rtpload } from './rtpload.ts';

const SECTION = 'Meetings (rtpload: PCMU, every caller sends all the time)';
/** Number of concurrent callers, and our aims for them. */
const SIZES: [number, string][] = [
  [20, ''],
  [50, ''],
  [100, ''],
  [200, 'aim 1.8'],
  [400, 'aim 2.5 (one core)'],
];
/** Number of callers in meetings of four that two cores are to carry, with the generator beside them. */
const MOST = 1_200;
/** Measured seconds of each run. */
const SECONDS = 8;
/** Calls set up per second. */
const RATE = 50;

interface Spread {
  p50: number;
  p99: number;
  max: number;
}

async function one(callers: number, perMeeting: number, beside: string): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  const foreign = new ForeignLoad(() => [server.pid]);
  let result: RtploadResult;
  try {
    result = await rtpload([
      ...['-t', `127.0.0.1:${server.port}`, '-u', 'room%d', '-g', String(perMeeting)],
      ...['-n', String(callers), '-r', String(RATE), '-d', String(SECONDS), '-p', String(server.pid)],
    ]);
  } finally {
    await server.stop();
  }
  const foreignCores = foreign.cores();
  const where =
    perMeeting >= callers
      ? `${callers} callers, one meeting`
      : `${callers} callers, meetings of ${perMeeting}`;
  const spacing = result.dev_ms as Spread;
  return [
    {
      section: SECTION,
      what: `${where}: CPU`,
      value: Number(result.cpu_ms_per_call_s),
      unit: 'ms per participant-second',
      beside,
      foreignCores,
    },
    {
      section: SECTION,
      what: `${where}: CPU in all`,
      value: Number(result.server_cpu),
      unit: 'cores',
      foreignCores,
    },
    {
      section: SECTION,
      what: `${where}: spacing off 20 ms, p99`,
      value: spacing.p99,
      unit: 'ms',
      ...(callers === 200 ? { beside: 'aim 2.5' } : {}),
      foreignCores,
    },
    {
      section: SECTION,
      what: `${where}: failed, lost`,
      value: `${result.failed}, ${result.lost}`,
      unit: 'calls, packets',
    },
  ];
}

/** CPU and spacing at every size, in one meeting and in meetings of four. */
export async function meetingFigures(
  sizes = [...SIZES.map(([callers]) => callers), MOST],
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [callers, aim] of SIZES.filter(([size]) => sizes.includes(size))) {
    figures.push(...(await one(callers, callers, aim)), ...(await one(callers, 4, aim)));
  }
  if (sizes.includes(MOST)) figures.push(...(await one(MOST, 4, 'aim p99 5 ms')));
  return figures;
}
