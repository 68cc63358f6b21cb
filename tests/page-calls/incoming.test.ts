import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsConfig, hzOf, rowOf, rowsGone, sendUpdate } from '#testkit';
import { keyPin, pageWorld } from './page-world.ts';

/** The application calls the phone in a page: CreateSipMediaApplicationCall by the AWS SDK. */

const world = pageWorld();
let voice: ChimeSDKVoice;

beforeAll(() => {
  voice = new ChimeSDKVoice(awsConfig(world.stack));
});
afterAll(() => voice?.destroy());

/** Has the application call a number; gives the transaction's id. */
async function ring(number: string): Promise<string> {
  const { sipMediaApplicationId, phoneNumber } = world.stack.endpoints;
  const { SipMediaApplicationCall } = await voice.createSipMediaApplicationCall({
    SipMediaApplicationId: sipMediaApplicationId,
    FromPhoneNumber: phoneNumber,
    ToPhoneNumber: number,
  });
  return SipMediaApplicationCall?.TransactionId ?? '';
}

/** How often the application's function was invoked so far. */
const invocations = (): number => world.logged.log().match(/smaHandler\S* START /g)?.length ?? 0;

it('rings, is answered, hears the welcome, keys the PIN, is in the meeting, and is hung up by an operator', async () => {
  const { stack } = world;
  const phone = await world.open();
  const own = await phone.ownNumber();
  const transactionId = await ring(own);
  await phone.sees('Incoming call');
  await phone.page.getByRole('heading', { name: stack.endpoints.phoneNumber }).waitFor();
  await phone.press('Answer');
  await phone.untilHears(hzOf('welcome.wav'));
  await keyPin(phone, stack.endpoints.pin);
  expect(await rowOf(stack, own)).toMatchObject({ transactionId, toNumber: stack.endpoints.phoneNumber });
  await sendUpdate(stack, 'Node', { transactionId, updateInfo: 'DisconnectAttendee' });
  await phone.sees('The other end hung up');
  await rowsGone(stack, own);
  expect(await phone.microphones()).toEqual(['ended']);
});

it('is declined: the function is told, and the call is over', async () => {
  const { stack } = world;
  const phone = await world.open();
  const number = await phone.ownNumber();
  const before = invocations();
  const transactionId = await ring(number);
  await phone.sees('Incoming call');
  // NEW_OUTBOUND_CALL and RINGING.
  await expect.poll(invocations).toBe(before + 2);
  await phone.press('Decline');
  await phone.sees('Call declined');
  await expect.poll(() => stack.output).toContain(`${number} was not reached: Decline`);
  await expect.poll(invocations).toBe(before + 3);
  await over(transactionId);
});

/** UpdateSipMediaApplicationCall does not find the call any more. */
async function over(transactionId: string): Promise<void> {
  const { sipMediaApplicationId } = world.stack.endpoints;
  const ask = () =>
    voice
      .updateSipMediaApplicationCall({
        SipMediaApplicationId: sipMediaApplicationId,
        TransactionId: transactionId,
        Arguments: { action: 'Verify' },
      })
      .then(
        () => 'in progress',
        (error: Error) => error.name,
      );
  await expect.poll(ask, { timeout: 5000 }).toBe('NotFoundException');
}
