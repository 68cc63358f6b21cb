import { CallServerProcess } from './call-server-process.ts';
import { ForeignLoad } from './machine.ts';
import type { Figure } from './report.ts';
import { type RtploadResult, rtpload } from './rtpload.ts';

const BRIDGES = 'Bridged calls (rtpload: PCMU, both parties send all the time)';
const RECORDINGS = 'Recorded calls (StartCallRecording BOTH on every leg, rtpload, calls of two)';
/** Number of concurrent telephones, two per call. */
const SIZES = [40, 200];
/** Measured seconds of each run, and telephones that dial per second. */
const SECONDS = 8;
const RATE = 50;
const PARTIES = 2;

/** Telephones that talk in pairs, as the legs of a bridge do: to the mixer a bridge is a meeting of two. */
async function talking(section: string, user: string, callers: number): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  const foreign = new ForeignLoad(() => [server.pid]);
  let result: RtploadResult;
  try {
    result = await rtpload([
      ...['-t', `127.0.0.1:${server.port}`, '-u', `${user}%d`, '-g', String(PARTIES)],
      ...['-n', String(callers), '-r', String(RATE), '-d', String(SECONDS), '-p', String(server.pid)],
    ]);
  } finally {
    await server.stop();
  }
  const foreignCores = foreign.cores();
  const { server_cpu, cpu_ms_per_call_s, failed, lost } = result;
  const what = `${callers / PARTIES} calls`;
  return [
    {
      section,
      what: `${what}: CPU`,
      value: Number(cpu_ms_per_call_s) * PARTIES,
      unit: 'ms per call-second (two legs)',
      foreignCores,
    },
    { section, what: `${what}: CPU in all`, value: Number(server_cpu), unit: 'cores', foreignCores },
    { section, what: `${what}: failed, lost`, value: `${failed}, ${lost}`, unit: 'calls, packets' },
  ];
}

async function atEachSize(section: string, user: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const callers of SIZES) figures.push(...(await talking(section, user, callers)));
  return figures;
}

/** CPU of bridged calls. */
export const bridgeFigures = (): Promise<Figure[]> => atEachSize(BRIDGES, 'room');
/** CPU of the same calls while each leg is recorded. */
export const recordingFigures = (): Promise<Figure[]> => atEachSize(RECORDINGS, 'record');
