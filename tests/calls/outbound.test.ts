import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  awsConfig,
  CalledTelephone,
  causeTone,
  hzOf,
  join,
  plantTones,
  pressForTone,
  RunningStack,
  rowOf,
  rowsGone,
  updateOutcome,
  waitForTone,
} from '#testkit';

/** Calls that the application places: CreateSipMediaApplicationCall, a registered telephone, and our function. */

const CALLED = '+15557770011';
const OTHER = '+15557770012';
const CALLED_HZ = 400;
const OTHER_HZ = 450;

let stack: RunningStack;
let voice: ChimeSDKVoice;

beforeAll(async () => {
  stack = await RunningStack.start();
  await plantTones(stack);
  voice = new ChimeSDKVoice(awsConfig(stack));
});

afterAll(async () => {
  voice?.destroy();
  await stack?.stop();
});

async function call(number: string, more: object = {}): Promise<string> {
  const { sipMediaApplicationId, phoneNumber } = stack.endpoints;
  const { SipMediaApplicationCall } = await voice.createSipMediaApplicationCall({
    SipMediaApplicationId: sipMediaApplicationId,
    FromPhoneNumber: phoneNumber,
    ToPhoneNumber: number,
    ...more,
  });
  return SipMediaApplicationCall?.TransactionId ?? '';
}

const registered = () => CalledTelephone.register({ server: stack.endpoints.sip, number: CALLED });

describe('a telephone that the application calls', () => {
  it('A called telephone answers, hears the welcome, and joins by PIN', async () => {
    const phone = await registered();
    const other = await join(stack, OTHER);
    const transactionId = await call(CALLED, { SipHeaders: { 'X-Order': '7' }, ArgumentsMap: { a: '1' } });
    await phone.called();
    expect(phone.header('From')).toContain(stack.endpoints.phoneNumber);
    expect(phone.header('X-Order')).toBe('7');
    phone.ring();
    await phone.answer();
    await waitForTone(phone, hzOf('welcome.wav'));
    await waitForTone(phone, hzOf('enter-pin.wav'));
    await pressForTone(phone, stack.endpoints.pin, hzOf('joined.wav'));
    const row = await rowOf(stack, CALLED);
    expect(row).toMatchObject({ transactionId, toNumber: stack.endpoints.phoneNumber });

    phone.line.sayTone(CALLED_HZ);
    other.line.sayTone(OTHER_HZ);
    await waitForTone(other, CALLED_HZ);
    await waitForTone(phone, OTHER_HZ);
    const update = { transactionId, updateInfo: 'PlayAudio', prompt: 'test-short.wav' };
    const short = hzOf('test-short.wav');
    const { status } = await causeTone(phone, short, () => stack.post('/updateCallNode', update));
    expect(status).toBe(202);

    await phone.hangUp();
    await rowsGone(stack, CALLED);
    await other.hangUp();
  });

  it('An operator hangs up a called telephone', async () => {
    const phone = await registered();
    const transactionId = await call(CALLED);
    await phone.called();
    await phone.answer();
    await waitForTone(phone, hzOf('welcome.wav'));
    expect(
      (await stack.post('/updateCallNode', { transactionId, updateInfo: 'DisconnectAttendee' })).status,
    ).toBe(202);
    await phone.until('BYE', () => phone.ended);
    await phone.hangUp();
  });

  it('A busy or absent telephone ends its call', async () => {
    const phone = await registered();
    const busy = await call(CALLED);
    await phone.called();
    phone.ring();
    phone.refuse();
    await expect.poll(() => updateOutcome(stack, voice, busy)).toBe('NotFoundException');
    await phone.hangUp();
    const absent = await call('+15557770099', { SipHeaders: { 'X-Test-Party': 'unreachable' } });
    await expect.poll(() => updateOutcome(stack, voice, absent)).toBe('NotFoundException');
    expect(stack.output).toContain('+15557770099 has neither route nor telephone');
  });

  it('A ringing call ends when the stack stops', async () => {
    const phone = await registered();
    await call(CALLED);
    await phone.called();
    phone.ring();
    expect(await stack.stop()).toBe(0);
    await phone.until('CANCEL', () => phone.cancelled);
    phone.close();
  });
});
