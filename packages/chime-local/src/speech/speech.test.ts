import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SpeechError } from 'pstn-audio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, silentLog } from '#platform';
import { ScriptedClock } from '#testkit';
import { type Speech, startSpeech } from './index.ts';
import { SYNTHESIS_LIMIT_MS } from './speech-thread.ts';
import { nearestVoice } from './voices.ts';

const RATE = 8000;
let speech: Speech;
beforeAll(() => {
  speech = startSpeech({ log: silentLog });
});
afterAll(() => speech.close());

const say = (text: string, more: object = {}) =>
  speech.synthesize({ text, textType: 'text', voiceId: 'Joanna', ...more });
const level = (samples: Int16Array, from = 0, to = samples.length) => {
  let energy = 0;
  for (let n = from; n < to; n++) energy += samples[n]! ** 2;
  return 20 * Math.log10(Math.sqrt(energy / (to - from)) / 32_768 || 1e-6);
};
/** The sample value for -46 dBFS. */
const AUDIBLE = 165;
const firstAudibleMs = (samples: Int16Array) =>
  (samples.findIndex((sample) => Math.abs(sample) >= AUDIBLE) / RATE) * 1000;
const peak = (samples: Int16Array) =>
  samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0) / 32_768;

describe('words', () => {
  it('Words are loud enough, not clipped, and begin and end promptly', async () => {
    for (const voiceId of ['Joanna', 'Matthew', 'Brian', 'Vicki']) {
      const samples = await say('Welcome to the conference.', { voiceId });
      expect(samples.length / RATE, voiceId).toBeGreaterThan(0.8);
      expect(samples.length / RATE, voiceId).toBeLessThan(3);
      expect(level(samples), voiceId).toBeGreaterThan(-21);
      expect(level(samples), voiceId).toBeLessThan(-16);
      expect(peak(samples), voiceId).toBeLessThan(0.709);
      expect(firstAudibleMs(samples), voiceId).toBeLessThan(10);
      expect(level(samples, 0.05 * RATE, 0.2 * RATE), voiceId).toBeGreaterThan(-45);
    }
  });

  it('Speech lasts longer for more words and for slow ones', async () => {
    const one = await say('Hello.');
    expect((await say('Hello. This is a good deal more to say.')).length).toBeGreaterThan(one.length * 2);
    const slow = await say('<speak><prosody rate="50%">Hello.</prosody></speak>', { textType: 'ssml' });
    expect(slow.length).toBeGreaterThan(one.length * 1.5);
  });

  it('A text of a thousand characters is spoken', async () => {
    const samples = await say('All the words of a long text. '.repeat(34).slice(0, 1000));
    expect(samples.length / RATE).toBeGreaterThan(30);
  });

  it('A text without speakable characters gives silence', async () => {
    for (const text of ['', '…', '日本語', '-']) expect(peak(await say(text)), text).toBe(0);
    expect(peak(await say('Käse, naïve — “ok”'))).toBeGreaterThan(0.2);
    expect(peak(await say('-o /etc/passwd'))).toBeGreaterThan(0.2);
  });
});

it('A break in SSML is silence of its length', async () => {
  const samples = await say('<speak>One<break time="2s"/>two</speak>', { textType: 'ssml' });
  let longest = 0;
  let run = 0;
  for (const sample of samples) {
    run = Math.abs(sample) < 100 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  expect(longest / RATE).toBeGreaterThan(1.95);
  expect(longest / RATE).toBeLessThan(2.2);
});

it('A break before the first words is kept', async () => {
  const samples = await say('<speak><break time="500ms"/>One</speak>', { textType: 'ssml' });
  expect(firstAudibleMs(samples)).toBeGreaterThan(500);
});

it('Speech beyond five minutes is cut off', async () => {
  const text = `<speak>One${'<break time="10s"/>'.repeat(300)}two</speak>`;
  const samples = await say(text, { textType: 'ssml' });
  expect(samples.length / RATE).toBeGreaterThan(299);
  expect(samples.length / RATE).toBeLessThan(301);
});

it('Bad SSML and overlong texts are refused with a SpeechError', async () => {
  await expect(say('<speak>', { textType: 'ssml' })).rejects.toBeInstanceOf(SpeechError);
  await expect(say('x'.repeat(6001))).rejects.toThrow('Maximum text length has been exceeded');
});

it('The same text is spoken once; each result may be modified', async () => {
  const [first, second] = await Promise.all([say('Said once only.'), say('Said once only.')]);
  const copy = first!.slice();
  first!.fill(0);
  expect(second).toEqual(copy);
  expect(await say('Said once only.')).toEqual(copy);
});

it('Polly voices are mapped to the available ones', () => {
  expect(['Joanna', 'Matthew', 'Brian', 'Unheard'].map(nearestVoice)).toEqual(['slt', 'rms', 'awb', 'slt']);
});

/** A worker that answers every task with three samples, except: `hang` never ends, `die` throws. */
const PRETEND = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (task) => {
    const text = task.segments[0].text;
    if (text === 'hang') for (;;);
    if (text === 'die') throw new Error('died');
    parentPort.postMessage({ result: new Int16Array([1, 2, 3]) });
  });
`;

describe('the worker', () => {
  it('A worker that hangs is ended, and the next text is spoken', async () => {
    const clock = new ScriptedClock();
    let started = 0;
    const startWorker = () => {
      started++;
      return new Worker(PRETEND, { eval: true });
    };
    const own = startSpeech({ log: silentLog, clock, startWorker });
    const ask = (text: string) => own.synthesize({ text, textType: 'text', voiceId: 'Joanna' });
    expect(await ask('first')).toHaveLength(3);
    const hung = ask('hang');
    const waiting = ask('second');
    const refused = expect(hung).rejects.toBeInstanceOf(SpeechError);
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(SYNTHESIS_LIMIT_MS);
    await refused;
    expect(await waiting).toHaveLength(3);
    await expect(ask('die')).rejects.toBeInstanceOf(SpeechError);
    expect(await ask('third')).toHaveLength(3);
    expect(started).toBe(3);
    expect(clock.pending).toBe(0);
    const ended = expect(ask('hang')).rejects.toThrow('closed');
    await expect.poll(() => clock.pending).toBe(1);
    await own.close();
    await ended;
    await expect(ask('after')).rejects.toThrow('closed');
  });

  it('A text kept on disk needs no worker', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'speech-'));
    const startWorker = () => new Worker(PRETEND, { eval: true });
    const request = { text: 'kept', textType: 'text', voiceId: 'Joanna' } as const;
    const first = startSpeech({ log: silentLog, cacheDir, startWorker });
    await first.synthesize(request);
    await first.close();
    const [file] = await readdir(cacheDir);
    let started = 0;
    const counting = () => {
      started++;
      return startWorker();
    };
    const second = startSpeech({ log: silentLog, cacheDir, startWorker: counting });
    expect([...(await second.synthesize(request))]).toEqual([1, 2, 3]);
    expect(started).toBe(0);
    await second.close();
    await writeFile(join(cacheDir, file!), 'damaged');
    const third = startSpeech({ log: silentLog, cacheDir, startWorker: counting });
    expect([...(await third.synthesize(request))]).toEqual([1, 2, 3]);
    expect(started).toBe(1);
    await third.close();
    await rm(cacheDir, { recursive: true });
  });
});

describe('voices', () => {
  it("Voices that Polly lacks are refused with Polly's error", async () => {
    await expect(say('Hello.', { voiceId: 'NoSuchVoice' })).rejects.toMatchObject({
      name: 'SpeechError',
      message: expect.stringContaining("'voiceId' failed to satisfy constraint"),
      detail: 'Amazon Polly has no voice "NoSuchVoice"',
    });
  });

  it('Voices of other languages are replaced, which is logged once', async () => {
    const lines: string[] = [];
    const own = startSpeech({ log: createLog((level, _name, text) => void lines.push(`${level} ${text}`)) });
    for (const voiceId of ['Vicki', 'Vicki', 'Joanna']) {
      await own.synthesize({ text: 'Hallo.', textType: 'text', voiceId });
    }
    await own.close();
    expect(lines).toEqual([
      'info Vicki is a voice of another language: an English one speaks its words here.',
    ]);
  });
});
