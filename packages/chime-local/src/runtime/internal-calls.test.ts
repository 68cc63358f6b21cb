import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Action, FunctionResponse, InvocationEvent } from 'pstn-audio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { CallReport, LiveCalls } from '#call-host';
import { parseParty } from '#options';
import { openJournal, silentLog, systemClock } from '#platform';
import { eventually, Telephone, waitForTone } from '#testkit';
import { Activity } from '#web';
import { type CallServer, startCallServer } from './call-server.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';

const NUMBER = '+12015550100';
const OTHER_NUMBER = '+12015550101';
const CALLER = '+15557770001';
const CALLER_HZ = 400;
const PROMPT_HZ = 900;
const BEEP_HZ = 1_000;
const RATE = 8_000;
const PROMPT = writeWav({ sampleRate: RATE, samples: tone(PROMPT_HZ, RATE, RATE) });
const POLICY = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }],
});

const BOT = {
  botAliasArn: 'arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS',
  locales: {
    en_US: { intents: [{ name: 'OrderFlowers', utterances: ['order flowers'], closing: 'Ordered.' }] },
  },
};

let folder: string;
let liveCalls: LiveCalls;
let callServer: CallServer;
/** Events of each application, by its number's name. */
let events: Record<string, InvocationEvent[]>;
let functions: Record<string, (event: InvocationEvent) => Action[]>;

/** Two applications, each with a number and a function, and a meeting that `token` lets in. */
function pretendCloud(): EmulatedCloud {
  const applications: Record<string, string> = { [NUMBER]: 'first', [OTHER_NUMBER]: 'second' };
  const ticket = { meetingId: 'm', attendeeId: 'a', externalUserId: 'e', audio: 'SendReceive' };
  const cloud: {
    voice: Pick<EmulatedCloud['voice'], 'routeForNumber' | 'owns' | 'applicationIds'>;
    meetings: object;
    s3: Pick<EmulatedCloud['s3'], 'getBucketPolicy' | 'head' | 'read'>;
    functions: Pick<EmulatedCloud['functions'], 'find' | 'invoke' | 'isCrowded'>;
  } = {
    voice: {
      applicationIds: () => Object.values(applications),
      owns: (number) => number in applications,
      routeForNumber(number) {
        const functionArn = applications[number];
        const target = functionArn && { sipMediaApplicationId: functionArn, awsRegion: 'r', functionArn };
        return target ? { sipRuleId: 'rule', targets: [target] } : undefined;
      },
    },
    meetings: {
      redeem: (token: string) =>
        token.startsWith('token') ? { ...ticket, attendeeId: token.replace('token', 'attendee') } : undefined,
      attendeeConnected() {},
      attendeeDisconnected() {},
    },
    s3: {
      getBucketPolicy: () => POLICY,
      head: () => ({ etag: '1' }) as ReturnType<EmulatedCloud['s3']['head']>,
      read: async () => ({ body: PROMPT }) as Awaited<ReturnType<EmulatedCloud['s3']['read']>>,
    },
    functions: {
      find: () => undefined,
      isCrowded: () => false,
      async invoke(arn, payload) {
        const event = JSON.parse(payload) as InvocationEvent;
        events[arn] = [...(events[arn] ?? []), event];
        const response: FunctionResponse = { SchemaVersion: '1.0', Actions: functions[arn]?.(event) ?? [] };
        const answered = { payload: JSON.stringify(response) };
        return answered as Awaited<ReturnType<EmulatedCloud['functions']['invoke']>>;
      },
    },
  };
  return cloud as unknown as EmulatedCloud;
}

beforeEach(async () => {
  events = {};
  functions = {};
  folder = mkdtempSync(path.join(tmpdir(), 'internal-calls-'));
  liveCalls = new LiveCalls(openJournal(path.join(folder, 'calls.journal')), systemClock);
  callServer = await startCallServer({
    address: '127.0.0.1',
    sipPort: 0,
    cloud: pretendCloud(),
    activity: new Activity(),
    report: new CallReport(silentLog, systemClock),
    liveCalls,
    region: 'us-east-1',
    recordingsFolder: path.join(folder, 'recordings'),
    bots: [BOT],
    parties: [
      '+1404=answer; wait 0.2; say order flowers',
      '+1206=busy',
      '+1303=answer; press 5; beep',
    ].flatMap((text) => parseParty(text) ?? []),
    log: silentLog,
  });
});

afterEach(async () => {
  callServer.lines.internal.close();
  await callServer.sip.close(0);
  await Promise.all([callServer.media.close(), callServer.speech.close()]);
  liveCalls.close();
  rmSync(folder, { recursive: true, force: true });
});

const bridgeTo = (Uri: string, more: object = {}): Action => ({
  Type: 'CallAndBridge',
  Parameters: { CallerIdNumber: NUMBER, Endpoints: [{ BridgeEndpointType: 'PSTN', Uri }], ...more },
});
const play = (more: object = {}): Action => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'b', Key: 'k.wav' }, Repeat: 50, ...more },
});
const types = (application: string) =>
  (events[application] ?? []).map(({ InvocationEventType }) => InvocationEventType);
const onArrival =
  (...actions: Action[]) =>
  ({ InvocationEventType }: InvocationEvent) =>
    InvocationEventType === 'NEW_INBOUND_CALL' ? actions : [];
const dial = () => Telephone.dial({ server: callServer.sip, to: NUMBER, from: CALLER });

it('An application that calls a number of its stack is a caller', async () => {
  functions.first = onArrival(bridgeTo(OTHER_NUMBER, { SipHeaders: { 'X-Order': '7' } }));
  functions.second = onArrival(play());
  const caller = await dial();
  await caller.answered();
  await waitForTone(caller, PROMPT_HZ);
  expect(events.second?.[0]?.CallDetails.Participants[0]).toMatchObject({
    From: NUMBER,
    To: OTHER_NUMBER,
    Direction: 'Inbound',
    SipHeaders: { 'X-Order': '7' },
  });
  expect(types('first')).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL']);
  await caller.hangUp();
  // The function of the first says nothing: its LEG-B stays, as it does on AWS.
  await eventually('HANGUP of LEG-A', () => types('first').includes('HANGUP'));
  expect(types('second')).not.toContain('HANGUP');
});

it('The test party does as it was told', async () => {
  const listen: Action = {
    Type: 'ReceiveDigits',
    Parameters: {
      ParticipantTag: 'LEG-B',
      InputDigitsRegex: '^5$',
      InBetweenDigitsDurationInMilliseconds: 300,
      FlushDigitsDurationInMilliseconds: 5_000,
    },
  };
  functions.first = ({ InvocationEventType, ActionData }) => {
    if (InvocationEventType === 'NEW_INBOUND_CALL') return [bridgeTo('+12065550123')];
    if (InvocationEventType === 'ACTION_FAILED') return [bridgeTo('+13035550123')];
    return InvocationEventType === 'ACTION_SUCCESSFUL' && ActionData?.Type === 'CallAndBridge'
      ? [listen]
      : [];
  };
  const caller = await dial();
  await caller.answered();
  await waitForTone(caller, BEEP_HZ);
  await eventually('the key', () => types('first').includes('DIGITS_RECEIVED'));
  const failed = events.first?.find(({ InvocationEventType }) => InvocationEventType === 'ACTION_FAILED');
  expect(failed?.ActionData).toMatchObject({ ErrorType: 'CallNotAnswered' });
  await caller.hangUp();
});

it('T-118 makes a meeting LEG-A of a call to its number', async () => {
  functions.first = ({ InvocationEventType }) => (InvocationEventType === 'CALL_ANSWERED' ? [play()] : []);
  functions.second = onArrival({
    Type: 'JoinChimeMeeting',
    Parameters: { JoinToken: 'token-2', MeetingId: 'm' },
  });
  const inside = await Telephone.dial({ server: callServer.sip, to: OTHER_NUMBER, from: CALLER });
  await inside.answered();
  const target = { sipMediaApplicationId: 'first', awsRegion: 'r', functionArn: 'first' };
  const who = { target, from: NUMBER, to: '+17035550122', awsAccountId: '000000000000' };
  callServer.host.place({ ...who, sipHeaders: { 'X-chime-join-token': 'no', 'X-chime-meeting-id': 'm' } });
  await eventually('the refusal', () => types('first').includes('HANGUP'));
  events.first = [];
  callServer.host.place({
    ...who,
    sipHeaders: { 'X-chime-join-token': 'token-1', 'X-chime-meeting-id': 'm' },
  });
  await waitForTone(inside, PROMPT_HZ);
  expect(types('first')).toEqual(['NEW_OUTBOUND_CALL', 'RINGING', 'CALL_ANSWERED']);
  expect(events.first[2]?.CallDetails.Participants).toMatchObject([
    { ParticipantTag: 'LEG-A', To: '+17035550122', Direction: 'Outbound', Status: 'Connected' },
  ]);
  callServer.meetings.attendeeRemoved('m', 'attendee-1', 'attendee deleted');
  await eventually('HANGUP', () => types('first').at(-1) === 'HANGUP');
  await inside.hangUp();
});

it('plays to a meeting leg as its attendee in the meeting', async () => {
  const join = (JoinToken: string): Action => ({
    Type: 'JoinChimeMeeting',
    Parameters: { JoinToken, MeetingId: 'm' },
  });
  functions.first = onArrival(join('token-1'), play({ ParticipantTag: 'LEG-B', Repeat: 1 }));
  functions.second = onArrival(join('token-2'));
  const listener = await Telephone.dial({ server: callServer.sip, to: OTHER_NUMBER, from: '+15557770002' });
  await listener.answered();
  await eventually('the listener is in', () => types('second').includes('ACTION_SUCCESSFUL'));
  const caller = await dial();
  await caller.answered();
  caller.line.sayTone(CALLER_HZ);
  await waitForTone(listener, PROMPT_HZ);
  await eventually(
    'its end',
    () => types('first').filter((type) => type === 'ACTION_SUCCESSFUL').length === 2,
  );
  await waitForTone(listener, CALLER_HZ);
  expect(events.first?.at(-1)?.ActionData).toMatchObject({
    Type: 'PlayAudio',
    Parameters: { ParticipantTag: 'LEG-B' },
  });
  for (const phone of [caller, listener]) await phone.hangUp();
});

it('A callee talks with a bot, which tells what was meant', async () => {
  const talk: Action = { Type: 'StartBotConversation', Parameters: { BotAliasArn: BOT.botAliasArn } };
  functions.first = ({ InvocationEventType }) => (InvocationEventType === 'CALL_ANSWERED' ? [talk] : []);
  const target = { sipMediaApplicationId: 'first', awsRegion: 'r', functionArn: 'first' };
  callServer.host.place({ target, from: NUMBER, to: '+14045550123', awsAccountId: '000000000000' });
  await eventually('the result', () => types('first').includes('ACTION_SUCCESSFUL'));
  expect(events.first?.at(-1)?.ActionData).toMatchObject({
    Type: 'StartBotConversation',
    IntentResult: { SessionState: { Intent: { Name: 'OrderFlowers', State: 'Fulfilled' } } },
  });
});
