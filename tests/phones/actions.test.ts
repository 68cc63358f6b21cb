import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type ChimeLocal, startChimeLocal } from 'chime-local';
import type { Action, InvocationEvent } from 'pstn-audio';
import { type CallSummary, type RecordEntry, readRecord } from 'pstn-audio/record';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasTone, strongestTone, tone, writeWav } from '#audio';
import { Baresip, eventually, waitForMoreSound, waitForTone, waitForTones, waitForVoice } from '#testkit';

const NUMBER = '+12015550100';
const ALONE = '+15557773001';
const TALKER = '+15557773002';
const BRIDGER = '+15557773003';
const FRIEND = '+15557773004';
const CALLER_HZ = 420;
const FRIEND_HZ = 480;
const RATE = 8000;
/** Number of samples that are analysed together. */
const WINDOW = RATE / 5;
/** Bytes before the samples in our WAV files. */
const WAV_HEADER = 44;
const BOT = 'arn:aws:lex:us-east-1:111122223333:bot-alias/FLOWERS/LIVE';

const play = (hz: number): Action => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'sounds', Key: `${hz}.wav` } },
});
const digits = { RepeatDurationInMilliseconds: 20_000, InBetweenDigitsDurationInMilliseconds: 5_000 };
const source = (hz: number) => ({ Type: 'S3', BucketName: 'sounds', Key: `${hz}.wav` }) as const;
const call = (Type: string, Parameters: object = {}): Action => ({ Type, Parameters }) as Action;
const record = { Track: 'BOTH', Destination: { Type: 'S3', Location: 'sounds/calls' } };

/**
 * What each caller's application does: one list of actions for its arrival, and one for each later success or
 * digits event.
 */
const SCRIPTS: Record<string, Action[][]> = {
  [ALONE]: [
    [call('Pause', { DurationInMilliseconds: 100 }), play(500)],
    [
      call('PlayAudioAndGetDigits', {
        AudioSource: source(600),
        FailureAudioSource: source(500),
        InputDigitsRegex: '^12$',
        MinNumberOfDigits: 2,
        MaxNumberOfDigits: 2,
        ...digits,
      }),
    ],
    [
      call('SpeakAndGetDigits', {
        SpeechParameters: { Text: 'Press seven.' },
        FailureSpeechParameters: { Text: 'No.' },
        InputDigitsRegex: '^7$',
        MaxNumberOfDigits: 1,
        ...digits,
      }),
    ],
    [call('Speak', { Text: 'Thank you very much.' })],
    [
      call('ReceiveDigits', {
        InputDigitsRegex: '^9$',
        InBetweenDigitsDurationInMilliseconds: 1_000,
        FlushDigitsDurationInMilliseconds: 5_000,
      }),
      call('StartCallRecording', record),
      play(700),
      call('PauseCallRecording'),
      play(800),
      call('ResumeCallRecording'),
      play(900),
      call('StopCallRecording'),
      call('VoiceFocus', { Enable: true }),
      call('SendDigits', { Digits: '5' }),
    ],
    // An empty answer to the report of StartCallRecording: the actions in its list continue.
    [],
    [
      call('VoiceFocus', { Enable: false }),
      call('RecordAudio', {
        RecordingDestination: { Type: 'S3', BucketName: 'sounds', Prefix: 'said/' },
        RecordingTerminators: ['#'],
      }),
    ],
    [],
    [call('Hangup')],
  ],
  [TALKER]: [
    [
      call('StartBotConversation', {
        BotAliasArn: BOT,
        LocaleId: 'en_US',
        Configuration: {
          SessionState: { DialogAction: { Type: 'ElicitIntent' } },
          WelcomeMessages: [{ Content: 'Hello.', ContentType: 'PlainText' }],
        },
      }),
    ],
    [play(500), call('Hangup')],
  ],
  [BRIDGER]: [
    [
      call('CallAndBridge', {
        CallerIdNumber: NUMBER,
        Endpoints: [{ BridgeEndpointType: 'PSTN', Uri: FRIEND }],
      }),
    ],
    [call('StartCallRecording', { ...record, ParticipantTag: 'LEG-B' })],
  ],
};

const HANDLER = `
const SCRIPTS = ${JSON.stringify(SCRIPTS)};
const NEXT = ['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL', 'DIGITS_RECEIVED'];
export const handler = async ({ InvocationEventType, CallDetails }) => {
  const { Participants, TransactionAttributes = {} } = CallDetails;
  const caller = Participants.find(({ ParticipantTag }) => ParticipantTag === 'LEG-A');
  if (!caller || !NEXT.includes(InvocationEventType)) return { SchemaVersion: '1.0', Actions: [] };
  const at = Number(TransactionAttributes.at ?? 0);
  const Actions = (SCRIPTS[caller.From] ?? [])[at] ?? [];
  return { SchemaVersion: '1.0', Actions, TransactionAttributes: { at: String(at + 1) } };
};
`;

/** Takes one tone for words: stands for any program that recognises a caller's speech. */
const RECOGNISER = `
import { readFileSync } from 'node:fs';
const bytes = readFileSync(process.argv.at(-1));
let [sine, cosine, power, count] = [0, 0, 0, 0];
for (let at = ${WAV_HEADER}; at + 1 < bytes.length; at += 2) {
  const [sample, angle] = [bytes.readInt16LE(at), (2 * Math.PI * ${CALLER_HZ} * count++) / ${RATE}];
  sine += sample * Math.sin(angle);
  cosine += sample * Math.cos(angle);
  power += sample * sample;
}
const share = (2 * (sine * sine + cosine * cosine)) / (count * power);
console.log(share > 0.3 ? 'order roses' : 'nothing that is known');
`;

const BOT_FILE = {
  botAliasArn: BOT,
  recogniser: { command: ['./recognise.mjs'] },
  locales: {
    en_US: { intents: [{ name: 'Order', utterances: ['order roses'], closing: 'They are on their way.' }] },
  },
};

let folder: string;
let stack: ChimeLocal;
const phones: Baresip[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'actions-'));
  const sounds = path.join(folder, 'sounds');
  mkdirSync(sounds);
  for (const hz of [500, 600, 700, 800, 900]) {
    const wav = writeWav({ sampleRate: RATE, samples: tone(hz, 1.5 * RATE, RATE) });
    writeFileSync(path.join(sounds, `${hz}.wav`), wav);
  }
  writeFileSync(path.join(folder, 'handler.mjs'), HANDLER);
  writeFileSync(path.join(folder, 'recognise.mjs'), RECOGNISER);
  writeFileSync(path.join(folder, 'bot.json'), JSON.stringify(BOT_FILE));
  stack = await startChimeLocal({
    config: {
      functions: { answer: { source: path.join(folder, 'handler.mjs') } },
      buckets: { sounds: { folder: sounds } },
      sipMediaApplications: { main: { function: 'answer' } },
      numbers: { [NUMBER]: 'main' },
    },
    bots: [path.join(folder, 'bot.json')],
    dataDirectory: path.join(folder, 'data'),
    recordKeys: true,
  });
});

afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
});

afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function baresip(from: string, toneHz: number, more: object = {}): Promise<Baresip> {
  const phone = await Baresip.start({ from, codec: 'PCMU', toneHz, ...more });
  phones.push(phone);
  return phone;
}

const dial = (phone: Baresip): Promise<void> => {
  const { sip } = stack.endpoints;
  return phone.call(`sip:${NUMBER}@${sip.host}:${sip.port}`);
};

/** Each poll reads the whole record. */
const LOOKS = { lookMs: 50, lookAtMostMs: 250 };

const eventsIn = (entries: readonly RecordEntry[]): InvocationEvent[] =>
  entries.flatMap((entry) =>
    entry.kind === 'Output' && entry.output.kind === 'InvokeFunction' ? [entry.output.event] : [],
  );

/**
 * The record of the caller's call so far, requested from the program, so that it includes what is not in the
 * file yet.
 */
async function entriesOf(caller: string): Promise<readonly RecordEntry[]> {
  const calls = new URL('/calls/', stack.endpoints.phone);
  const list = (await (await fetch(new URL('list.json', calls))).json()) as { calls: CallSummary[] };
  const call = list.calls.find(({ from }) => from === caller);
  if (!call) return [];
  const record = await fetch(new URL(`record/${call.transactionId}`, calls));
  return readRecord(await record.text()).entries;
}

const eventsOf = async (caller: string): Promise<InvocationEvent[]> => eventsIn(await entriesOf(caller));

const successOf = (caller: string, type: string): Promise<InvocationEvent> => {
  const success = async () =>
    (await eventsOf(caller)).find(
      ({ InvocationEventType, ActionData }) =>
        InvocationEventType === 'ACTION_SUCCESSFUL' && ActionData?.Type === type,
    );
  return eventually(`${type} of ${caller}`, success, LOOKS);
};

const beginOf = (caller: string, type: string): Promise<boolean> => {
  const began = async () =>
    (await entriesOf(caller)).some(
      (entry) => entry.kind === 'Action' && entry.phase === 'began' && entry.type === type,
    );
  return eventually(`the beginning of ${type} of ${caller}`, began, LOOKS);
};

/** The channels of an object, once it exists. */
async function channelsOf(location: string): Promise<Int16Array[]> {
  const { awsEndpoint: endpoint, awsRegion: region, ...keys } = stack.endpoints;
  const credentials = { accessKeyId: keys.awsAccessKeyId, secretAccessKey: keys.awsSecretAccessKey };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const [Bucket = '', ...key] = location.split('/');
  const read = () => s3.send(new GetObjectCommand({ Bucket, Key: key.join('/') })).catch(() => undefined);
  const { Body } = await eventually(`the recording ${location}`, read);
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  const channels = bytes.readUInt16LE(22);
  return Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: (bytes.length - WAV_HEADER) / 2 / channels }, (_, at) =>
      bytes.readInt16LE(WAV_HEADER + 2 * (at * channels + channel)),
    ),
  );
}

/** The loudest tone of each fifth of a second, without repetitions. */
function tonesIn(samples: Int16Array): number[] {
  const found = new Set<number>();
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
    const window = samples.subarray(at, at + WINDOW);
    const hz = strongestTone(window, [CALLER_HZ, FRIEND_HZ, 700, 800, 900], RATE);
    if (hz !== undefined && hasTone(window, hz, RATE)) found.add(hz);
  }
  return [...found];
}

describe('a real telephone and the actions', () => {
  it('Baresip alone goes through thirteen actions, heard and recorded', async () => {
    const phone = await baresip(ALONE, CALLER_HZ);
    await dial(phone);
    await waitForTones(phone, [500, 600]);
    await phone.press('12');
    expect((await successOf(ALONE, 'PlayAudioAndGetDigits')).ActionData).toMatchObject({
      ReceivedDigits: '12',
    });
    await waitForVoice(phone);
    await phone.press('7');
    expect((await successOf(ALONE, 'SpeakAndGetDigits')).ActionData).toMatchObject({ ReceivedDigits: '7' });
    await successOf(ALONE, 'Speak');
    await waitForTones(phone, [700, 800, 900]);
    await successOf(ALONE, 'SendDigits');
    await phone.event('CALL_DTMF_START');
    const started = (await successOf(ALONE, 'StartCallRecording')).ActionData;
    const location = (started as { CallRecordingDestination: { Location: string } }).CallRecordingDestination;
    const [incoming = new Int16Array(), outgoing = new Int16Array()] = await channelsOf(location.Location);
    expect([tonesIn(incoming), tonesIn(outgoing)]).toEqual([[CALLER_HZ], [700, 900]]);
    await beginOf(ALONE, 'RecordAudio');
    await waitForMoreSound(phone, 1_000);
    await phone.press('#');
    const said = (await successOf(ALONE, 'RecordAudio')).ActionData;
    expect(said).toMatchObject({ RecordingTerminatorUsed: '#' });
    const { BucketName, Key } = (said as { RecordingDestination: { BucketName: string; Key: string } })
      .RecordingDestination;
    expect((await channelsOf(`${BucketName}/${Key}`)).map(tonesIn)).toEqual([[CALLER_HZ]]);
    await phone.press('9');
    await phone.event('CALL_CLOSED');
    const types = async () => (await eventsOf(ALONE)).map(({ InvocationEventType }) => InvocationEventType);
    const told = async () => (await types()).includes('DIGITS_RECEIVED');
    await eventually('the digits in the record', told, LOOKS);
    expect(await types()).not.toContain('ACTION_FAILED');
  });

  it('What baresip says is recognised by a program and answered', async () => {
    const says = new Int16Array(20 * RATE);
    for (const at of [3, 8, 13]) says.set(tone(CALLER_HZ, 1.5 * RATE, RATE), at * RATE);
    const phone = await baresip(TALKER, CALLER_HZ, { says });
    await dial(phone);
    const { ActionData } = await successOf(TALKER, 'StartBotConversation');
    expect(ActionData).toMatchObject({ IntentResult: { SessionState: { Intent: { Name: 'Order' } } } });
    await waitForTone(phone, 500);
    await phone.event('CALL_CLOSED');
  });

  it('Two baresips are bridged, heard both ways and recorded', async () => {
    const registrar = { port: stack.endpoints.sip.port, transport: 'udp' };
    const friend = await baresip(FRIEND, FRIEND_HZ, { registrar });
    const caller = await baresip(BRIDGER, CALLER_HZ);
    await friend.registered();
    const dialled = dial(caller);
    await friend.event('CALL_INCOMING');
    await friend.answer();
    await dialled;
    await waitForTone(friend, CALLER_HZ);
    await waitForTone(caller, FRIEND_HZ);
    const started = (await successOf(BRIDGER, 'StartCallRecording')).ActionData;
    const { Location } = (started as { CallRecordingDestination: { Location: string } })
      .CallRecordingDestination;
    await waitForMoreSound(caller, 1_500);
    await caller.hangUp();
    await friend.hangUp();
    const [incoming = new Int16Array(), outgoing = new Int16Array()] = await channelsOf(Location);
    expect([tonesIn(incoming), tonesIn(outgoing)]).toEqual([[FRIEND_HZ], [CALLER_HZ]]);
  });
});
