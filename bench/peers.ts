import { CallServerProcess } from './call-server-process.ts';
import { childrenCpuMs, ForeignLoad, processCpuMs } from './machine.ts';
import { startAsterisk } from './peers/asterisk.ts';
import { JanusPeer } from './peers/janus.ts';
import { startKamailio } from './peers/kamailio.ts';
import type { Figure } from './report.ts';
import { type RtploadResult, rtpload, rtploadWithoutSip } from './rtpload.ts';
import { sippCalls } from './sipp.ts';

const SET_UP = 'Peers, this run: set-up and tear-down (sipp), CPU';
const SOUND = 'Peers, this run: every caller sends all the time (rtpload, PCMU)';
/** Calls per second, and their number. */
const RATE = 200;
const COUNT = 2_000;
const SIZES = [20, 100, 200];
/** Participants of a small meeting, and of a call between two, which to the mixer is what a bridge is. */
const FEW = 4;
const PARTIES = 2;
/** Measured seconds of each run with sound. */
const SECONDS = 8;

/**
 * Kamailio, Asterisk and Janus, where they are installed, and this server in the same run: figures from
 * different runs cannot be compared.
 */
export async function peerFigures(): Promise<Figure[]> {
  return [...(await setUpFigures()), ...(await soundFigures())];
}

async function setUpFigures(): Promise<Figure[]> {
  const figures = [await setUp('this server, without the function', await CallServerProcess.start())];
  const kamailio = await startKamailio();
  figures.push(
    kamailio
      ? await setUp('Kamailio, stateful, one worker, no sound', kamailio)
      : absent(SET_UP, 'Kamailio', 'Debian: apt install kamailio'),
  );
  const asterisk = await startAsterisk();
  figures.push(
    asterisk
      ? await setUp('Asterisk, PJSIP, into a ConfBridge', asterisk)
      : absent(SET_UP, 'Asterisk', 'Debian 12 has none: from source'),
  );
  return figures;
}

interface SipServer {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Measures the second round of calls, and stops the server. */
async function setUp(what: string, server: SipServer): Promise<Figure> {
  try {
    const calls = { port: server.port, to: 'room0', rate: RATE, count: COUNT, holdMs: 0 };
    await sippCalls(calls);
    const foreign = new ForeignLoad(() => [server.pid]);
    const cpuMs = (): number => processCpuMs(server.pid) + childrenCpuMs(server.pid);
    const before = cpuMs();
    await sippCalls(calls);
    const value = (cpuMs() - before) / COUNT;
    return { section: SET_UP, what, value, unit: 'ms a call', foreignCores: foreign.cores() };
  } finally {
    await server.stop();
  }
}

async function soundFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const missing = new Set<string>();
  for (const callers of SIZES) {
    for (const perMeeting of [callers, FEW, PARTIES]) {
      const where = `${callers} callers, ${perMeeting === callers ? 'one meeting' : `meetings of ${perMeeting}`}`;
      for (const { name, measure, from } of SERVERS) {
        if (missing.has(name)) continue;
        const foreign = new ForeignLoad(() => []);
        const result = await measure(callers, perMeeting);
        const foreignCores = foreign.cores();
        if (result) figures.push(...rows(`${where}: ${name}`, result, foreignCores));
        else {
          missing.add(name);
          figures.push(absent(SOUND, name, from));
        }
      }
    }
  }
  return figures;
}

interface SoundServer {
  name: string;
  /** Where the program can be obtained. */
  from: string;
  /** Resolves with undefined when it is not installed. */
  measure(callers: number, perMeeting: number): Promise<RtploadResult | undefined>;
}

const SERVERS: readonly SoundServer[] = [
  {
    name: 'this server',
    from: '',
    measure: async (callers, perMeeting) => called(await CallServerProcess.start(), callers, perMeeting),
  },
  {
    name: 'Asterisk, ConfBridge',
    from: 'Debian 12 has none: from source',
    measure: async (callers, perMeeting) => {
      const asterisk = await startAsterisk();
      return asterisk && called(asterisk, callers, perMeeting);
    },
  },
  { name: 'Janus, AudioBridge', from: 'Debian: apt install janus', measure: janusWith },
];

async function called(server: SipServer, callers: number, perMeeting: number): Promise<RtploadResult> {
  const place = ['-t', `127.0.0.1:${server.port}`, '-u', 'room%d', '-g', String(perMeeting), '-r', '50'];
  try {
    return await rtpload([...place, ...lasting(callers, server.pid)]);
  } finally {
    await server.stop();
  }
}

async function janusWith(callers: number, perMeeting: number): Promise<RtploadResult | undefined> {
  const janus = await JanusPeer.start();
  if (!janus) return undefined;
  try {
    return await rtploadWithoutSip(lasting(callers, janus.pid), (ports) => janus.join(ports, perMeeting));
  } finally {
    await janus.stop();
  }
}

const lasting = (callers: number, pid: number): string[] => [
  ...['-n', String(callers), '-d', String(SECONDS), '-p', String(pid)],
];

function rows(what: string, result: RtploadResult, foreignCores: number): Figure[] {
  if (Number(result.loud) === 0) throw new Error(`${what}: nothing was heard`);
  const figure = { section: SOUND, foreignCores };
  const unit = 'ms per participant-second';
  const { p99 } = result.dev_ms as { p99: number };
  return [
    { ...figure, what: `${what}: CPU`, value: Number(result.cpu_ms_per_call_s), unit },
    { ...figure, what: `${what}: spacing off 20 ms, p99`, value: p99, unit: 'ms' },
    { ...figure, what: `${what}: lost`, value: Number(result.lost), unit: 'packets' },
  ];
}

const absent = (section: string, name: string, from: string): Figure => ({
  section,
  what: `${name}: not installed (${from})`,
  value: '-',
  unit: '',
});
