import path from 'node:path';
import {
  ChimeSDKVoiceClient,
  CreatePhoneNumberOrderCommand,
  CreateSipRuleCommand,
  SearchAvailablePhoneNumbersCommand,
  UpdateSipMediaApplicationCallCommand,
} from '@aws-sdk/client-chime-sdk-voice';
import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import {
  awsConfig,
  eventually,
  type LoggedStack,
  type RunningStack,
  Sipp,
  s3Of,
  startLoggedStack,
  Telephone,
  waitForTone,
} from '#testkit';

const RATE = 8000;
const SHORT_HZ = 700;
const LONG_HZ = 900;
const WAV_FORMAT_OFFSET = 20;
/** WAVE_FORMAT_ADPCM: the format of a valid WAV file that the service does not play. */
const ADPCM = 2;

let logged: LoggedStack;
let stack: RunningStack;
let voice: ChimeSDKVoiceClient;
let phoneNumber: string;
let callers = 0;

/** Buys a number and routes it to the application: a hand-written stack has no custom resource for it. */
async function routeANumber(): Promise<string> {
  const { E164PhoneNumbers = [] } = await voice.send(
    new SearchAvailablePhoneNumbersCommand({ Country: 'US', PhoneNumberType: 'Local', MaxResults: 1 }),
  );
  const [number = ''] = E164PhoneNumbers;
  await voice.send(
    new CreatePhoneNumberOrderCommand({
      ProductType: 'SipMediaApplicationDialIn',
      E164PhoneNumbers: [number],
    }),
  );
  const { awsRegion, sipMediaApplicationId } = stack.endpoints;
  await voice.send(
    new CreateSipRuleCommand({
      Name: 'faulty',
      TriggerType: 'ToPhoneNumber',
      TriggerValue: number,
      TargetApplications: [
        { SipMediaApplicationId: sipMediaApplicationId, Priority: 1, AwsRegion: awsRegion },
      ],
    }),
  );
  return number;
}

async function plantPrompts(): Promise<void> {
  const s3 = await s3Of(stack);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const named = (part: string) => Buckets.find(({ Name }) => Name?.includes(part))?.Name;
  const wav = (hz: number, ms: number) =>
    writeWav({ sampleRate: RATE, samples: tone(hz, (ms * RATE) / 1000, RATE) });
  const compressed = Buffer.from(wav(SHORT_HZ, 100));
  compressed.writeUInt16LE(ADPCM, WAV_FORMAT_OFFSET);
  const put = (Bucket: string | undefined, Key: string, Body: Uint8Array) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  await put(named('prompts'), 'short.wav', wav(SHORT_HZ, 400));
  await put(named('prompts'), 'long.wav', wav(LONG_HZ, 20_000));
  await put(named('prompts'), 'text.wav', Buffer.from('This is no sound.'));
  await put(named('prompts'), 'compressed.wav', compressed);
  await put(named('unreadable'), 'short.wav', wav(SHORT_HZ, 400));
  s3.destroy();
}

beforeAll(async () => {
  const assembly = path.join(import.meta.dirname, 'assembly');
  logged = await startLoggedStack(['--cdk-out', assembly]);
  stack = logged.stack;
  voice = new ChimeSDKVoiceClient(awsConfig(stack));
  phoneNumber = await routeANumber();
  await plantPrompts();
});

afterAll(async () => {
  voice?.destroy();
  await logged?.stop();
});

/** The events that the function has logged for a caller: `[transactionId, 'TYPE Action Error']`. */
function eventsOf(from: string): { transactionId: string; what: string }[] {
  const lines = logged.log().matchAll(/EVENT (\S+) (\S+) (.+)/g);
  return [...lines].flatMap(([, number, transactionId = '', what = '']) =>
    number === from ? [{ transactionId, what: what.trim() }] : [],
  );
}

/** A separate number for each call, so that its events can be found. */
function newCaller(): string {
  callers += 1;
  return `+1555777${String(4000 + callers)}`;
}

function dial(behaviour: string, from = newCaller()): Promise<Telephone> {
  const headers = [`X-Behaviour: ${behaviour}`];
  return Telephone.dial({ server: stack.endpoints.sip, to: phoneNumber, from, headers });
}

/** A call that has been answered and hears a long prompt. */
async function callThatPlays(from = newCaller()): Promise<Telephone> {
  const phone = await dial('plays on', from);
  await waitForTone(phone, LONG_HZ);
  return phone;
}

function update(TransactionId: string, behaviour: string): Promise<unknown> {
  return voice.send(
    new UpdateSipMediaApplicationCallCommand({
      SipMediaApplicationId: stack.endpoints.sipMediaApplicationId,
      TransactionId,
      Arguments: { behaviour },
    }),
  );
}

const USELESS = [
  'throws',
  'dies',
  'hangs',
  'answers nothing',
  'answers a text',
  'answers another schema',
  'answers actions that are no list',
  'answers an unknown action',
  'answers eleven actions',
];

describe('a foreign stack whose function', () => {
  it.each(USELESS)('%s: the caller is told that nobody is there', async (behaviour) => {
    const phone = await dial(behaviour);
    await phone.until('a refusal', () => phone.statuses.some((status) => status >= 300));
    expect(phone.statuses.at(-1)).toBe(480);
    phone.close();
    const next = await callThatPlays();
    await next.hangUp();
  });

  it.each(USELESS)('%s during a call: the call ends', async (behaviour) => {
    const from = newCaller();
    const phone = await callThatPlays(from);
    await eventually('its first event', () => eventsOf(from).length > 0);
    await update(eventsOf(from)[0]?.transactionId ?? '', behaviour);
    await phone.until('BYE', () => phone.ended);
    phone.close();
  });

  it.each([
    'plays what is missing',
    'plays what is no WAV',
    'plays what is compressed',
    'plays what it may not read',
  ])('A function that %s is told ACTION_FAILED, and the call goes on', async (behaviour) => {
    const from = newCaller();
    const phone = await dial(behaviour, from);
    await waitForTone(phone, SHORT_HZ);
    await phone.until('BYE', () => phone.ended);
    const failures = eventsOf(from).filter(({ what }) => what.startsWith('ACTION_FAILED'));
    expect(failures.map(({ what }) => what)).toEqual(['ACTION_FAILED PlayAudio InvalidAudioSource']);
    phone.close();
  });

  it('rings on: a caller may give up, and the function is told', async () => {
    const from = newCaller();
    const keys = { from, behaviour: 'rings on' };
    const sipp = new Sipp({
      scenario: 'uac_cancel',
      server: stack.endpoints.sip,
      to: phoneNumber,
      keys,
      pauseMs: 100,
    });
    try {
      await sipp.succeed();
    } finally {
      await sipp.stop();
    }
    const told = () => eventsOf(from).some(({ what }) => what.startsWith('HANGUP'));
    await eventually('HANGUP', told, { instead: () => logged.log() });
  });
});
