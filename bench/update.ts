import { PutObjectCommand } from '@aws-sdk/client-s3';
import { tone, writeWav } from '#audio';
import type { CallRow } from '#contract';
import { promptsBucket, RunningStack, s3Of, Telephone } from '#testkit';
import { httpFloor } from './floor.ts';
import { childrenCpuMs, descendants, ForeignLoad, percentile, processCpuMs, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'Update: POST sent to first changed RTP packet at the phone, both Lambdas in the path';
const PROMPT = 'bench-tone.wav';
const PROMPT_MS = 60;
/** Milliseconds between two updates: the prompt, its reports, and a varying rest so that all slots occur. */
const REST_MS = 160;
/** µ-law bytes of silence, of either sign. */
const SILENT = new Set([0xff, 0x7f]);

async function putTone(stack: RunningStack): Promise<void> {
  const s3 = await s3Of(stack);
  const Bucket = await promptsBucket(s3);
  const samples = tone(1000, PROMPT_MS * 8, 8000, 8000);
  const Body = writeWav({ sampleRate: 8000, samples });
  await s3.send(new PutObjectCommand({ Bucket, Key: PROMPT, Body, ContentType: 'audio/wav' }));
  s3.destroy();
}

/** A caller in the meeting, with its row. */
async function join(stack: RunningStack): Promise<{ phone: Telephone; row: CallRow }> {
  const { sip, phoneNumber, pin } = stack.endpoints;
  const phone = await Telephone.call({ server: sip, to: phoneNumber, from: '+15557770001' });
  await sleep(4000);
  await phone.press(pin);
  const row = await stack.until('the caller has joined', ({ Items }) =>
    Items.find((item) => item.status === 'joined'),
  );
  await sleep(3500);
  return { phone, row };
}

async function measure(stack: RunningStack, phone: Telephone, row: CallRow, route: string): Promise<number> {
  let heard = 0;
  phone.line.onPacket = (packet) => {
    if (!heard && packet.payload.some((byte) => !SILENT.has(byte))) heard = packet.at;
  };
  const sent = performance.now();
  const { status } = await stack.post(route, {
    transactionId: row.transactionId,
    updateInfo: 'PlayAudio',
    prompt: PROMPT,
  });
  if (status !== 202) throw new Error(`${route} answered ${status}`);
  await phone.until('a changed packet', () => heard > 0, 2000);
  await sleep(REST_MS + Math.random() * 40);
  return heard - sent;
}

interface Route {
  path: string;
  name: string;
  /** The figures that p50, p95 and p99 are compared with. */
  beside: readonly [string, string, string];
}

const ROUTES: readonly Route[] = [
  {
    path: '/updateCallNode',
    name: 'Node',
    beside: ['aim 9', 'aim 15', ''],
  },
  { path: '/updateCallPython', name: 'Python', beside: ['aim 9', 'aim 15', ''] },
];
/** Updates by each twin before those that count, which warm up the code. */
const WARM_UP = 20;
/** Consecutive updates by one twin before it is the other's turn: the runtime's warming up benefits both alike. */
const IN_TURN = 20;

/** Milliseconds of the call alone, without an update. */
const ALONE_MS = 5_000;

/** The durations of updates by one of the twins. */
interface Taken {
  times: number[];
  runtimeMs: number;
  functionsMs: number;
  /** Milliseconds between the first and the last of them, including the rests. */
  elapsedMs: number;
}

/** `count` updates by each of the twins, in turns, and the CPU that the processes used meanwhile. */
async function inTurns(
  stack: RunningStack,
  { phone, row }: { phone: Telephone; row: CallRow },
  count: number,
): Promise<Taken[]> {
  const taken = ROUTES.map((): Taken => ({ times: [], runtimeMs: 0, functionsMs: 0, elapsedMs: 0 }));
  const round = async (updates: number, note: (index: number, times: number[], before: number[]) => void) => {
    for (const [index, { path }] of ROUTES.entries()) {
      const before = [processCpuMs(stack.pid), childrenCpuMs(stack.pid), performance.now()];
      const times: number[] = [];
      for (let update = 0; update < updates; update++) times.push(await measure(stack, phone, row, path));
      note(index, times, before);
    }
  };
  await round(WARM_UP, () => {});
  for (let done = 0; done < count; done += IN_TURN) {
    await round(Math.min(IN_TURN, count - done), (index, times, [runtime = 0, functions = 0, began = 0]) => {
      const one = taken[index] as Taken;
      one.times.push(...times);
      one.runtimeMs += processCpuMs(stack.pid) - runtime;
      one.functionsMs += childrenCpuMs(stack.pid) - functions;
      one.elapsedMs += performance.now() - began;
    });
  }
  return taken;
}

/** `alone`: CPU of the runtime while the call is alone, in ms a second. */
function figuresOf(
  { name, beside }: Route,
  { times, runtimeMs, functionsMs, elapsedMs }: Taken,
  alone: number,
): Figure[] {
  const figure = { section: SECTION, unit: 'ms' };
  const each = { section: SECTION, unit: 'ms an update' };
  return [
    ...[0.5, 0.95, 0.99].map((share, index) => ({
      ...figure,
      what: `through ${name}: p${share * 100} of ${times.length}`,
      value: percentile(times, share),
      beside: beside[index] ?? '',
    })),
    {
      ...each,
      what: `through ${name}: CPU of the functions' processes`,
      value: functionsMs / times.length,
    },
    {
      ...each,
      what: `through ${name}: CPU of the runtime, the call's sound between updates included`,
      value: runtimeMs / times.length,
    },
    {
      ...each,
      what: `through ${name}: of it the sound, by what the call takes alone`,
      value: (alone * elapsedMs) / 1000 / times.length,
    },
  ];
}

/** p50, p95 and p99 over `count` updates through each of the twins, compared with bare HTTP. */
export async function updateFigures(count = 200): Promise<Figure[]> {
  const floor = await httpFloor(count);
  const stack = await RunningStack.start();
  try {
    await putTone(stack);
    const call = await join(stack);
    const figures: Figure[] = [
      {
        section: SECTION,
        what: 'floor: one HTTP exchange between two bare Node processes, p50 (an update has five)',
        value: floor,
        unit: 'ms',
      },
    ];
    const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
    const before = processCpuMs(stack.pid);
    await sleep(ALONE_MS);
    const alone = ((processCpuMs(stack.pid) - before) * 1000) / ALONE_MS;
    const taken = await inTurns(stack, call, count);
    const foreignCores = foreign.cores();
    for (const [index, route] of ROUTES.entries()) {
      for (const figure of figuresOf(route, taken[index] as Taken, alone))
        figures.push({ ...figure, foreignCores });
    }
    const what = 'CPU of the runtime with the call alone: its sound';
    figures.push({ section: SECTION, what, value: alone, unit: 'ms a second', foreignCores });
    await call.phone.hangUp();
    return figures;
  } finally {
    await stack.stop();
  }
}
