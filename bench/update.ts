import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { tone, writeWav } from '#audio';
import type { CallRow } from '#contract';
import { RunningStack, Telephone } from '#testkit';
import { descendants, ForeignLoad, percentile, sleep } from './machine.ts';
import type { Figure } from './report.ts';

const SECTION = 'Update: POST sent to first changed RTP packet at the phone, both Lambdas in the path';
const PROMPT = 'bench-tone.wav';
const PROMPT_MS = 60;
/** Milliseconds between two updates: the prompt, its reports, and an uneven rest so that all slots are hit. */
const REST_MS = 160;
/** u-law bytes of silence, either sign. */
const SILENT = new Set([0xff, 0x7f]);

async function putTone(stack: RunningStack): Promise<void> {
  const { awsEndpoint, awsRegion, awsAccessKeyId, awsSecretAccessKey } = stack.endpoints;
  const s3 = new S3Client({
    endpoint: awsEndpoint,
    region: awsRegion,
    credentials: { accessKeyId: awsAccessKeyId, secretAccessKey: awsSecretAccessKey },
  });
  const { ListBucketsCommand } = await import('@aws-sdk/client-s3');
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  const Bucket = Buckets?.map((bucket) => bucket.Name).find((name) => name?.includes('outgoingwav'));
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

/** p50, p95 and p99 over `count` updates through each of the twins. */
export async function updateFigures(count = 200): Promise<Figure[]> {
  const stack = await RunningStack.start();
  try {
    await putTone(stack);
    const { phone, row } = await join(stack);
    const figures: Figure[] = [];
    for (const [route, name, aims] of [
      ['/updateCallNode', 'Node', ['aim 12; Asterisk 14-16 without a Lambda', 'aim 25; Asterisk 23-26', '']],
      ['/updateCallPython', 'Python', ['', '', '']],
    ] as const) {
      for (let warm = 0; warm < 5; warm++) await measure(stack, phone, row, route);
      const foreign = new ForeignLoad(() => [stack.pid, ...descendants(stack.pid)]);
      const times: number[] = [];
      for (let update = 0; update < count; update++) times.push(await measure(stack, phone, row, route));
      const foreignCores = foreign.cores();
      for (const [index, share] of [0.5, 0.95, 0.99].entries()) {
        const what = `through ${name}: p${share * 100} of ${times.length}`;
        const beside = aims[index] ?? '';
        figures.push({
          section: SECTION,
          what,
          value: percentile(times, share),
          unit: 'ms',
          beside,
          foreignCores,
        });
      }
    }
    await phone.hangUp();
    return figures;
  } finally {
    await stack.stop();
  }
}
