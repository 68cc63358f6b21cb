import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  Baresip,
  causeTone,
  endedUpdate,
  hears,
  hearsSilence,
  hzOf,
  join,
  plantTones,
  pressForTone,
  RunningStack,
  rowOf,
  rowsGone,
  sendUpdate,
  type Telephone,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';

const CALLER = '+15557772001';
const OTHER = '+15557772002';
const CALLER_HZ = 420;
const OTHER_HZ = 480;

let stack: RunningStack;
let phone: Baresip | undefined;
let other: Telephone | undefined;

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
});

afterEach(async () => {
  await phone?.stop();
  await other?.hangUp();
});

afterAll(async () => {
  await stack?.stop();
});

/** Brings baresip and the scripted telephone into one meeting, each sending its own tone and hearing the other's. */
async function meet(codec: 'PCMU' | 'PCMA'): Promise<{ phone: Baresip; other: Telephone }> {
  const { sip, phoneNumber, pin } = stack.endpoints;
  const real = await Baresip.start({ from: CALLER, codec, toneHz: CALLER_HZ });
  phone = real;
  await real.call(`sip:${phoneNumber}@${sip.host}:${sip.port}`);
  await waitForTone(real, hzOf('enter-pin.wav'));
  await pressForTone(real, pin, hzOf('joined.wav'));
  const scripted = await join(stack, OTHER);
  other = scripted;
  scripted.line.sayTone(OTHER_HZ);
  await waitForTone(scripted, CALLER_HZ);
  await waitForTone(real, OTHER_HZ);
  expect(hears(real, CALLER_HZ)).toBe(false);
  expect(hears(scripted, OTHER_HZ)).toBe(false);
  return { phone: real, other: scripted };
}

describe('a call by baresip', () => {
  it('Baresip joins, is heard, updated, muted and held, and hangs up', async () => {
    const { phone, other } = await meet('PCMU');
    const { transactionId } = await rowOf(stack, CALLER);
    for (const via of ['Node', 'Python'] as const) {
      const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' };
      const short = hzOf('test-short.wav');
      const updateId = await causeTone(phone, short, () => sendUpdate(stack, via, update));
      expect(hears(other, hzOf('test-short.wav'))).toBe(false);
      await waitForTone(other, CALLER_HZ);
      expect(await endedUpdate(stack, updateId)).toMatchObject({ status: 'done', via: via.toLowerCase() });
      await waitForTone(phone, OTHER_HZ);
    }

    await sendUpdate(stack, 'Python', { transactionId, updateInfo: 'MuteAttendee' });
    await other.until('silence', () => hearsSilence(other));
    await waitForTone(phone, OTHER_HZ);
    await sendUpdate(stack, 'Node', { transactionId, updateInfo: 'UnmuteAttendee' });
    await waitForTone(other, CALLER_HZ);

    await pressForTone(phone, '*5', hzOf('others-muted.wav'));
    await waitForToneToEnd(phone, OTHER_HZ);
    await pressForTone(phone, '*6', hzOf('others-unmuted.wav'));
    await waitForTone(phone, OTHER_HZ);

    await phone.hangUp();
    await rowsGone(stack, CALLER);
    await waitForToneToEnd(other, CALLER_HZ);
  });

  it('Baresip by PCMA is held, resumed, and told of the end', async () => {
    const { phone, other } = await meet('PCMA');
    phone.hold();
    await other.until('silence', () => hearsSilence(other));
    phone.resume();
    await waitForTone(other, CALLER_HZ);
    await waitForTone(phone, OTHER_HZ);
    const { transactionId } = await rowOf(stack, CALLER);
    await sendUpdate(stack, 'Python', { transactionId, updateInfo: 'DisconnectAttendee' });
    await phone.event('CALL_CLOSED');
    await rowsGone(stack, CALLER);
  });
});
