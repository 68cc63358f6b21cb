import type { Action } from 'pstn-audio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { BotDirectory } from '#bots';
import { parseParty } from '#options';
import { eventually, Telephone, waitForTone } from '#testkit';
import {
  bridgeTo,
  bucketOf,
  CALLER,
  CallWorld,
  NUMBER,
  OTHER_NUMBER,
  onArrival,
} from './testing/call-world.ts';

const CALLER_HZ = 400;
const PROMPT_HZ = 900;
const BEEP_HZ = 1_000;
const RATE = 8_000;
const PROMPT = writeWav({ sampleRate: RATE, samples: tone(PROMPT_HZ, RATE, RATE) });
const BOT = {
  botAliasArn: 'arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS',
  locales: {
    en_US: { intents: [{ name: 'OrderFlowers', utterances: ['order flowers'], closing: 'Ordered.' }] },
  },
};

/** A party waits before it presses a key, because the application needs a moment to listen after the bridge event. */
const PARTIES = [
  '+1404=answer; wait 0.2; say order flowers',
  '+1206=busy',
  '+1303=answer; beep; wait 1; press 5',
].flatMap((text) => parseParty(text) ?? []);

/** A meeting that admits every `token`, each as an attendee of its own. */
const MEETINGS = {
  redeem: (token: string) =>
    token.startsWith('token')
      ? {
          meetingId: 'm',
          attendeeId: token.replace('token', 'attendee'),
          externalUserId: 'e',
          audio: 'SendReceive' as const,
          video: 'SendReceive' as const,
          content: 'SendReceive' as const,
        }
      : undefined,
  attendeeConnected() {},
  attendeeDisconnected() {},
};

let world: CallWorld;

beforeEach(async () => {
  world = new CallWorld();
  const bots = new BotDirectory(() => [BOT]);
  await world.start({ s3: bucketOf(PROMPT), meetings: MEETINGS, bots }, { parties: () => PARTIES });
});
afterEach(() => world.close());

const play = (more: object = {}): Action => ({
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'b', Key: 'k.wav' }, Repeat: 50, ...more },
});
const types = (application: string) =>
  (world.eventsOf[application] ?? []).map(({ InvocationEventType }) => InvocationEventType);

it('An application may call a number of its own stack', async () => {
  world.functions.first = onArrival(bridgeTo(OTHER_NUMBER, { SipHeaders: { 'X-Order': '7' } }));
  world.functions.second = onArrival(play());
  const caller = await world.dial();
  await caller.answered();
  await waitForTone(caller, PROMPT_HZ);
  expect(world.eventsOf.second?.[0]?.CallDetails.Participants[0]).toMatchObject({
    From: NUMBER,
    To: OTHER_NUMBER,
    Direction: 'Inbound',
    SipHeaders: { 'X-Order': '7' },
  });
  expect(types('first')).toEqual(['NEW_INBOUND_CALL', 'ACTION_SUCCESSFUL']);
  await caller.hangUp();
  // The function of the first application answers nothing, so its LEG-B stays, as it does on AWS.
  await eventually('HANGUP of LEG-A', () => types('first').includes('HANGUP'));
  expect(types('second')).not.toContain('HANGUP');
});

it('The test party follows its scripts', async () => {
  const listen: Action = {
    Type: 'ReceiveDigits',
    Parameters: {
      ParticipantTag: 'LEG-B',
      InputDigitsRegex: '^5$',
      InBetweenDigitsDurationInMilliseconds: 300,
      FlushDigitsDurationInMilliseconds: 5_000,
    },
  };
  world.functions.first = ({ InvocationEventType, ActionData }) => {
    if (InvocationEventType === 'NEW_INBOUND_CALL') return [bridgeTo('+12065550123')];
    if (InvocationEventType === 'ACTION_FAILED') return [bridgeTo('+13035550123')];
    return InvocationEventType === 'ACTION_SUCCESSFUL' && ActionData?.Type === 'CallAndBridge'
      ? [listen]
      : [];
  };
  const caller = await world.dial();
  await caller.answered();
  await waitForTone(caller, BEEP_HZ);
  await eventually('the key', () => types('first').includes('DIGITS_RECEIVED'));
  const failed = world.eventsOf.first?.find(
    ({ InvocationEventType }) => InvocationEventType === 'ACTION_FAILED',
  );
  expect(failed?.ActionData).toMatchObject({ ErrorType: 'CallNotAnswered' });
  await caller.hangUp();
});

it("T-118 A call to a meeting's number has the meeting as LEG-A", async () => {
  world.functions.first = ({ InvocationEventType }) =>
    InvocationEventType === 'CALL_ANSWERED' ? [play()] : [];
  world.functions.second = onArrival({
    Type: 'JoinChimeMeeting',
    Parameters: { JoinToken: 'token-2', MeetingId: 'm' },
  });
  const inside = await Telephone.dial({ server: world.server.sip, to: OTHER_NUMBER, from: CALLER });
  await inside.answered();
  const target = { sipMediaApplicationId: 'first', awsRegion: 'r', functionArn: 'first' };
  const who = { target, from: NUMBER, to: '+17035550122', awsAccountId: '000000000000' };
  world.server.host.place({ ...who, sipHeaders: { 'X-chime-join-token': 'no', 'X-chime-meeting-id': 'm' } });
  await eventually('the refusal', () => types('first').includes('HANGUP'));
  world.eventsOf.first = [];
  world.server.host.place({
    ...who,
    sipHeaders: { 'X-chime-join-token': 'token-1', 'X-chime-meeting-id': 'm' },
  });
  await waitForTone(inside, PROMPT_HZ);
  expect(types('first')).toEqual(['NEW_OUTBOUND_CALL', 'RINGING', 'CALL_ANSWERED']);
  expect(world.eventsOf.first[2]?.CallDetails.Participants).toMatchObject([
    { ParticipantTag: 'LEG-A', To: '+17035550122', Direction: 'Outbound', Status: 'Connected' },
  ]);
  world.server.meetings.attendeeRemoved('m', 'attendee-1', 'attendee deleted');
  await eventually('HANGUP', () => types('first').at(-1) === 'HANGUP');
  await inside.hangUp();
});

it("A meeting leg's audio is heard in the meeting as its attendee's", async () => {
  const join = (JoinToken: string): Action => ({
    Type: 'JoinChimeMeeting',
    Parameters: { JoinToken, MeetingId: 'm' },
  });
  world.functions.first = onArrival(join('token-1'), play({ ParticipantTag: 'LEG-B', Repeat: 1 }));
  world.functions.second = onArrival(join('token-2'));
  const listener = await Telephone.dial({ server: world.server.sip, to: OTHER_NUMBER, from: '+15557770002' });
  await listener.answered();
  await eventually('the listener is in', () => types('second').includes('ACTION_SUCCESSFUL'));
  const caller = await world.dial();
  await caller.answered();
  caller.line.sayTone(CALLER_HZ);
  await waitForTone(listener, PROMPT_HZ);
  await eventually(
    'its end',
    () => types('first').filter((type) => type === 'ACTION_SUCCESSFUL').length === 2,
  );
  await waitForTone(listener, CALLER_HZ);
  expect(world.eventsOf.first?.at(-1)?.ActionData).toMatchObject({
    Type: 'PlayAudio',
    Parameters: { ParticipantTag: 'LEG-B' },
  });
  for (const phone of [caller, listener]) await phone.hangUp();
});

it('A callee talks with a bot, whose result is reported', async () => {
  const talk: Action = { Type: 'StartBotConversation', Parameters: { BotAliasArn: BOT.botAliasArn } };
  world.functions.first = ({ InvocationEventType }) =>
    InvocationEventType === 'CALL_ANSWERED' ? [talk] : [];
  const target = { sipMediaApplicationId: 'first', awsRegion: 'r', functionArn: 'first' };
  world.server.host.place({ target, from: NUMBER, to: '+14045550123', awsAccountId: '000000000000' });
  await eventually('the result', () => types('first').includes('ACTION_SUCCESSFUL'));
  expect(world.eventsOf.first?.at(-1)?.ActionData).toMatchObject({
    Type: 'StartBotConversation',
    IntentResult: { SessionState: { Intent: { Name: 'OrderFlowers', State: 'Fulfilled' } } },
  });
});
