import { ChimeSDKMeetingsClient, ListAttendeesCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  awsConfig,
  dial,
  dialToPin,
  endedUpdate,
  eventually,
  hears,
  hearsSilence,
  hzOf,
  join,
  type LoggedStack,
  plantTones,
  type RunningStack,
  RuntimeFromOutside,
  rowOf,
  rowsGone,
  sendUpdate,
  startLoggedStack,
  Telephone,
  waitForTone,
} from '#testkit';

const WITNESS = '+15557776000';
const CALLER_HZ = 430;

let logged: LoggedStack;
let stack: RunningStack;
let witness: Telephone;
let meetingId: string;
let meetings: ChimeSDKMeetingsClient;

beforeAll(async () => {
  logged = await startLoggedStack();
  stack = logged.stack;
  await plantTones(stack);
  meetings = new ChimeSDKMeetingsClient(awsConfig(stack));
  witness = await join(stack, WITNESS);
  ({ meetingId } = await rowOf(stack, WITNESS));
});

afterAll(async () => {
  await witness?.hangUp();
  meetings?.destroy();
  await logged?.stop();
});

async function attendees(): Promise<string[]> {
  const { Attendees = [] } = await meetings.send(new ListAttendeesCommand({ MeetingId: meetingId }));
  return Attendees.map(({ ExternalUserId }) => ExternalUserId ?? '').sort();
}

/**
 * UDP ports that the runtime has open: its SIP port, those of each leg's media, and some that are held ready
 * or are resting.
 */
const udpPorts = (): number[] => new RuntimeFromOutside(stack).udpPorts();

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Cancels before the answer or, if the answer was quicker, hangs up. */
async function whileRinging(from: string): Promise<void> {
  const { sip, phoneNumber } = stack.endpoints;
  const phone = await Telephone.dial({ server: sip, to: phoneNumber, from });
  await phone.until('an answer of any kind', () => phone.statuses.length > 0);
  phone.cancel();
  await phone.until('the end of the INVITE', () => phone.statuses.some((status) => status >= 200));
  if (phone.statuses.includes(200)) await phone.hangUp();
  else {
    expect(phone.statuses).toContain(487);
    phone.close();
  }
}

/** Enters the PIN and hangs up that many milliseconds after its last digit. */
const whileJoining = (ms: number) => async (from: string) => {
  const phone = await dialToPin(stack, from);
  await phone.press(stack.endpoints.pin);
  await wait(ms);
  await phone.hangUp();
};

const STEPS: [string, (from: string) => Promise<void>][] = [
  ['while it rings', whileRinging],
  ['when answered', async (from) => (await dial(stack, from)).hangUp()],
  [
    'during the pause',
    async (from) => {
      const phone = await dial(stack, from);
      await phone.until('sound', () => phone.line.heard.length > 15);
      await phone.hangUp();
    },
  ],
  [
    'during the welcome',
    async (from) => {
      const phone = await dial(stack, from);
      await waitForTone(phone, hzOf('welcome.wav'));
      await phone.hangUp();
    },
  ],
  ['when asked for the PIN', async (from) => (await dialToPin(stack, from)).hangUp()],
  [
    'after some digits',
    async (from) => {
      const phone = await dialToPin(stack, from);
      await phone.press(stack.endpoints.pin.slice(0, 5));
      await phone.hangUp();
    },
  ],
  ['while it joins, at once', whileJoining(0)],
  ['while it joins, a little later', whileJoining(12)],
  ['while it joins, later', whileJoining(35)],
  ['while it joins, or when it has', whileJoining(90)],
  ['in the meeting', async (from) => (await join(stack, from)).hangUp()],
  [
    'during a prompt',
    async (from) => {
      const phone = await join(stack, from);
      const { transactionId } = await rowOf(stack, from);
      const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-long.wav' };
      const updateId = await sendUpdate(stack, 'Node', update);
      await waitForTone(phone, hzOf('test-long.wav'));
      await phone.hangUp();
      const record = await endedUpdate(stack, updateId);
      expect(record).toMatchObject({ status: 'failed', reason: 'The call ended.' });
    },
  ],
  ...(['Node', 'Python'] as const).map((via): [string, (from: string) => Promise<void>] => [
    `during an update through ${via}`,
    async (from) => {
      const phone = await join(stack, from);
      const { transactionId } = await rowOf(stack, from);
      const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-long.wav' };
      const [answer] = await Promise.all([stack.post(`/updateCall${via}`, update), phone.hangUp()]);
      expect([202, 404]).toContain(answer.status);
      if (answer.status !== 202) return;
      const { updateId } = answer.body as { updateId: string };
      expect((await endedUpdate(stack, updateId)).status).toBe('failed');
    },
  ]),
];

describe('a caller who hangs up', () => {
  it('A hang-up in any step leaves no row, attendee or leg', async () => {
    const before = udpPorts().length;
    const numbers = STEPS.map((_, index) => `+1555777${6001 + index}`);
    await Promise.all(
      STEPS.map(async ([name, hangUpIn], index) => {
        await hangUpIn(numbers[index] ?? '').catch((error: Error) => {
          throw new Error(`${name}: ${error.message}`);
        });
      }),
    );
    await rowsGone(stack, ...numbers);
    await eventually('all sound sockets of the callers closed', () => udpPorts().length <= before, {
      instead: () => `${before} before, ${udpPorts().length} after`,
    });
    expect(await attendees()).toEqual([WITNESS]);
    await witness.until('silence', () => hearsSilence(witness));
    expect(logged.log()).not.toMatch(/^\S+ (warn|error) /m);

    const next = await join(stack, '+15557776099');
    next.line.sayTone(CALLER_HZ);
    await waitForTone(witness, CALLER_HZ);
    await next.hangUp();
    await rowsGone(stack, '+15557776099');
  });
});

describe('a caller who vanishes without a BYE', () => {
  it('An operator disconnects a caller who vanished without a BYE', async () => {
    const from = '+15557776100';
    const phone = await join(stack, from);
    phone.line.sayTone(CALLER_HZ);
    await waitForTone(witness, CALLER_HZ);
    const { transactionId } = await rowOf(stack, from);
    const soundPort = phone.line.remote?.port;
    expect(udpPorts()).toContain(soundPort);
    phone.close();
    await witness.until('silence', () => hearsSilence(witness));
    await sendUpdate(stack, 'Node', { transactionId, updateInfo: 'DisconnectAttendee' });
    await rowsGone(stack, from);
    await eventually('its sound socket closed', () => !udpPorts().some((port) => port === soundPort));
    expect(await attendees()).toEqual([WITNESS]);
    expect(hears(witness, CALLER_HZ)).toBe(false);
  });
});
