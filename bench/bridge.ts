import { spawnSync } from 'node:child_process';
import { CallServerProcess } from './call-server-process.ts';
import type { Figure } from './report.ts';
import { type RtploadResult, rtpload } from './rtpload.ts';

const BRIDGES = 'Bridged calls (rtpload: PCMU, both parties send all the time)';
const RECORDINGS = 'Recorded calls (StartCallRecording BOTH on every leg, rtpload, calls of two)';
/** Telephones at once: two a call. */
const SIZES = [40, 200];
/** Measured seconds of each run, and telephones that dial in a second. */
const SECONDS = 8;
const RATE = 50;
const PARTIES = 2;

/** Two and two talk with each other, which is what the sound of a bridge is: the mixer knows it as a meeting of two. */
async function talking(section: string, user: string, callers: number): Promise<Figure[]> {
  const server = await CallServerProcess.start();
  let result: RtploadResult;
  try {
    result = await rtpload([
      ...['-t', `127.0.0.1:${server.port}`, '-u', `${user}%d`, '-g', String(PARTIES)],
      ...['-n', String(callers), '-r', String(RATE), '-d', String(SECONDS), '-p', String(server.pid)],
    ]);
  } finally {
    await server.stop();
  }
  const { machine_busy, server_cpu, gen_cpu, cpu_ms_per_call_s, failed, lost } = result;
  const foreignCores = Math.max(0, Number(machine_busy) - Number(server_cpu) - Number(gen_cpu));
  const what = `${callers / PARTIES} calls`;
  return [
    {
      section,
      what: `${what}: CPU`,
      value: Number(cpu_ms_per_call_s) * PARTIES,
      unit: 'ms per call-second (two legs)',
      beside: asteriskBeside(),
      foreignCores,
    },
    { section, what: `${what}: CPU in all`, value: Number(server_cpu), unit: 'cores', foreignCores },
    { section, what: `${what}: failed, lost`, value: `${failed}, ${lost}`, unit: 'calls, packets' },
  ];
}

/** Debian 13 has no Asterisk, and nothing else is installed for a measurement. */
function asteriskBeside(): string {
  const { status, stdout } = spawnSync('asterisk', ['-V'], { encoding: 'utf8' });
  if (status !== 0) return 'Asterisk is not installed here';
  return `${stdout.trim()} is installed: dial its Bridge with bench/rtpload to compare`;
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
