import * as sdk from '@aws-sdk/client-polly';
import { SpeechError } from 'pstn-audio';
import { afterEach, expect, it } from 'vitest';
import { OPERATOR, REGION, startFront } from '../testing/endpoint.ts';
import { createPolly, type EncodeSound, type Synthesize } from './polly.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(synthesize: Synthesize, encode?: EncodeSound) {
  const front = await startFront([createPolly({ synthesize, ...(encode ? { encode } : {}) })]);
  const client = new sdk.Polly({
    endpoint: front.endpoint,
    region: REGION,
    credentials: OPERATOR,
    maxAttempts: 1,
  });
  closing.push(async () => {
    client.destroy();
    await front.close();
  });
  return client;
}

it('Speech is returned as PCM at the requested rate', async () => {
  const asked: unknown[] = [];
  const polly = await start(async (request, rate) => {
    asked.push({ ...request, rate });
    return Int16Array.of(1, -2, 3);
  });
  const speech = { OutputFormat: 'pcm', VoiceId: 'Joanna', Text: 'Grüße' } as const;
  const { AudioStream, ContentType, RequestCharacters } = await polly.synthesizeSpeech(speech);
  const bytes = Buffer.from((await AudioStream?.transformToByteArray()) ?? []);
  expect([0, 2, 4].map((at) => bytes.readInt16LE(at))).toEqual([1, -2, 3]);
  expect([ContentType, RequestCharacters]).toEqual(['audio/pcm', 5]);
  await polly.synthesizeSpeech({ ...speech, SampleRate: '8000', TextType: 'ssml', Text: '<speak>a</speak>' });
  expect(asked).toEqual([
    { text: 'Grüße', textType: 'text', voiceId: 'Joanna', rate: 16_000 },
    { text: '<speak>a</speak>', textType: 'ssml', voiceId: 'Joanna', rate: 8000 },
  ]);
});

it("Invalid requests are refused with Polly's error codes", async () => {
  const polly = await start(async () => {
    throw new SpeechError('Invalid SSML request', 'no end');
  });
  const speech = { OutputFormat: 'pcm', VoiceId: 'Joanna', Text: 'a' } as const;
  const refusal = (more: object): Promise<string> =>
    polly.synthesizeSpeech({ ...speech, ...more }).then(
      () => 'none',
      (error: Error) => error.name,
    );
  expect(await refusal({})).toBe('InvalidSsmlException');
  expect(await refusal({ SampleRate: '22050' })).toBe('InvalidSampleRateException');
  expect(await refusal({ Text: 'x'.repeat(6001) })).toBe('TextLengthExceededException');
  expect(await refusal({ OutputFormat: 'wav' })).toBe('ValidationException');
});

it('MP3 and Ogg Vorbis are encoded at their own rates', async () => {
  const asked: unknown[] = [];
  const polly = await start(
    async (_request, rate) => Int16Array.of(rate),
    async (samples, rate, format) => {
      asked.push([samples[0], rate, format]);
      return Buffer.from(format);
    },
  );
  const speech = { OutputFormat: 'mp3', VoiceId: 'Joanna', Text: 'a' } as const;
  const hear = async (more: object): Promise<unknown[]> => {
    const { AudioStream, ContentType } = await polly.synthesizeSpeech({ ...speech, ...more });
    return [await AudioStream?.transformToString(), ContentType];
  };
  expect(await hear({})).toEqual(['mp3', 'audio/mpeg']);
  expect(await hear({ OutputFormat: 'ogg_vorbis', Engine: 'neural' })).toEqual(['ogg_vorbis', 'audio/ogg']);
  await hear({ SampleRate: '8000' });
  expect(asked).toEqual([
    [22_050, 22_050, 'mp3'],
    [24_000, 24_000, 'ogg_vorbis'],
    [8000, 8000, 'mp3'],
  ]);
});

it('A format without an encoder is refused with a hint at PCM', async () => {
  const polly = await start(async () => new Int16Array());
  const speech = { OutputFormat: 'mp3', VoiceId: 'Joanna', Text: 'a' } as const;
  await expect(polly.synthesizeSpeech(speech)).rejects.toThrow(/mp3 has no encoder here: ask for pcm/);
});
