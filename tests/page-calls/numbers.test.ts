import { ChimeSDKVoice } from '@aws-sdk/client-chime-sdk-voice';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsConfig, hzOf, rowOf, rowsGone, sendUpdate, updateOutcome } from '#testkit';
import { VOICES } from '../../testkit/page-phone/page-phone.ts';
import { joinByPage, keyPin, pageWorld } from './page-world.ts';

/** The numbers of pages: each tab has its own, at which the application can call it. */

const world = pageWorld();
let voice: ChimeSDKVoice;

beforeAll(() => {
  voice = new ChimeSDKVoice(awsConfig(world.stack));
});
afterAll(() => voice?.destroy());

/** Makes the application call a number; returns the transaction's id. */
async function ring(number: string): Promise<string> {
  const { sipMediaApplicationId, phoneNumber } = world.stack.endpoints;
  const { SipMediaApplicationCall } = await voice.createSipMediaApplicationCall({
    SipMediaApplicationId: sipMediaApplicationId,
    FromPhoneNumber: phoneNumber,
    ToPhoneNumber: number,
  });
  return SipMediaApplicationCall?.TransactionId ?? '';
}

/** How often the application's function has been invoked so far. */
const invocations = (): number => world.logged.log().match(/smaHandler\S* START /g)?.length ?? 0;

it('A page that the application calls answers, joins, and is hung up', async () => {
  const { stack } = world;
  const phone = await world.open();
  const own = await phone.ownNumber();
  const transactionId = await ring(own);
  await phone.sees('Incoming call');
  await phone.page.getByRole('heading', { name: stack.endpoints.phoneNumber }).waitFor();
  await phone.press('Answer');
  await phone.untilHears(hzOf('welcome.wav'));
  await keyPin(phone);
  expect(await rowOf(stack, own)).toMatchObject({ transactionId, toNumber: stack.endpoints.phoneNumber });
  await sendUpdate(stack, 'Node', { transactionId, updateInfo: 'DisconnectAttendee' });
  await phone.sees('The other end hung up');
  await rowsGone(stack, own);
  await expect.poll(() => phone.microphones()).toEqual(['ended']);
});

it('A declined call is reported to the function and is over', async () => {
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
  await expect.poll(() => updateOutcome(world.stack, voice, transactionId)).toBe('NotFoundException');
});

it('Two tabs are two callers with own numbers who hear each other', async () => {
  const { stack } = world;
  const [one, two] = await Promise.all([joinByPage(world), joinByPage(world, { voiceHz: VOICES.tab })]);
  const numbers = await Promise.all([one.ownNumber(), two.ownNumber()]);
  expect(new Set(numbers).size).toBe(2);
  const rows = await Promise.all(numbers.map((number) => rowOf(stack, number)));
  expect(new Set(rows.map(({ attendeeId }) => attendeeId)).size).toBe(2);
  expect(new Set(rows.map(({ meetingId }) => meetingId)).size).toBe(1);
  await one.untilHears(VOICES.tab);
  await two.untilHears(VOICES.microphone);
  expect(await one.share(VOICES.microphone)).toBe(0);
  expect(await two.share(VOICES.tab)).toBe(0);

  await one.press('Hang up');
  await two.untilSilence();
  await rowsGone(stack, numbers[0] as string);
  expect((await rowOf(stack, numbers[1] as string)).status).toBe('joined');
  // Closing a tab hangs up.
  await two.page.close();
  await rowsGone(stack, ...numbers);
});

it('A duplicated tab takes another number, and both are registered', async () => {
  const phone = await world.open();
  const { page } = phone;
  const own = await phone.ownNumber();
  const [copy] = await Promise.all([
    world.browser.context.waitForEvent('page'),
    // A tab opened by a script starts with a copy of this tab's session storage, as a duplicate does.
    page.evaluate(() => void window.open(location.href)),
  ]);
  const second = await world.open({ page: copy });
  expect(await second.ownNumber()).not.toBe(own);
  await phone.call();
  await second.call();
  await Promise.all([phone.press('Hang up'), second.press('Hang up')]);
});
