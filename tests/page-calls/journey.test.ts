import { expect, it } from 'vitest';
import {
  endedUpdate,
  eventually,
  hears,
  hearsSilence,
  hzOf,
  join,
  rowOf,
  rowsGone,
  sendUpdate,
  waitForTone,
  waitForToneToEnd,
} from '#testkit';
import { type PageCodec, VOICES } from '../../testkit/page-phone/page-phone.ts';
import { joinByPage, keyPin, pageWorld } from './page-world.ts';

/** The phone in a page calls the unmodified application and is a caller like any other. */

const OTHER = '+15557770022';
const world = pageWorld();

it('A page dials, keys its PIN, and joins under its own number', async () => {
  const { stack } = world;
  const phone = await world.open();
  const own = await phone.ownNumber();
  await phone.call();
  await phone.untilHears(hzOf('welcome.wav'));
  await keyPin(phone);
  const row = await rowOf(stack, own);
  expect(row).toMatchObject({ fromNumber: own, toNumber: stack.endpoints.phoneNumber, muted: false });
  await phone.press('Hang up');
  await phone.sees('You hung up');
  await rowsGone(stack, own);
  await expect.poll(() => phone.microphones()).toEqual(['ended']);
});

it('Keys by button, mouse and keyboard appear in the trace', async () => {
  const { stack } = world;
  const phone = await world.open();
  await phone.call();
  await phone.press('Key the PIN');
  await phone.sees('#1 NEW_INBOUND_CALL');
  await phone.sees('♪ joined.wav');
  expect((await rowOf(stack, await phone.ownNumber())).status).toBe('joined');
  const trace = phone.page.getByRole('list', { name: 'Events, answers, sounds and keys' });
  expect(await trace.textContent()).not.toContain(stack.endpoints.pin);
  const keys = trace.getByText('key •');
  const untilTraced = (count: number) =>
    eventually(`${count} keys in the trace`, async () => (await keys.count()) === count, {
      instead: () => phone.page.locator('body').innerText(),
    });
  await untilTraced(stack.endpoints.pin.length);
  await phone.press('7');
  await phone.page.keyboard.press('8');
  await untilTraced(stack.endpoints.pin.length + 2);
  await phone.press('Hang up');
  await phone.sees(/ HANGUP/);
  await rowsGone(stack, await phone.ownNumber());
});

it.each<{ codec: PageCodec; mimeType: string; via: 'Node' | 'Python' }>([
  { codec: 'Telephone (PCMU)', mimeType: 'audio/PCMU', via: 'Node' },
  { codec: 'Opus', mimeType: 'audio/opus', via: 'Python' },
])('A page by $codec is heard, muted, and changed by operators: $via', async (one) => {
  const { stack } = world;
  const [other, phone] = await Promise.all([join(stack, OTHER), joinByPage(world, { codec: one.codec })]);
  other.line.sayTone(VOICES.telephone);
  await waitForTone(other, VOICES.microphone);
  await phone.untilHears(VOICES.telephone);
  await phone.listenFromNow();
  expect(hears(other, VOICES.telephone)).toBe(false);
  await phone.press('Mute');
  await other.until('silence', () => hearsSilence(other));
  expect(await phone.share(VOICES.microphone)).toBe(0);
  await phone.press('Unmute');
  await waitForTone(other, VOICES.microphone);
  expect((await phone.received()).codec).toBe(one.mimeType);

  const own = await phone.ownNumber();
  const { transactionId } = await rowOf(stack, own);
  const update = (updateInfo: string, more = {}) =>
    sendUpdate(stack, one.via, { transactionId, updateInfo, ...more });
  const played = await update('PlayAudio', { prompt: 'test-short.wav' });
  await phone.untilHears(hzOf('test-short.wav'));
  expect(hears(other, hzOf('test-short.wav'))).toBe(false);
  expect(await endedUpdate(stack, played)).toMatchObject({ status: 'done' });
  await phone.untilHears(VOICES.telephone);
  await update('MuteAttendee');
  await other.until('silence', () => hearsSilence(other));
  await phone.listenFromNow();
  await phone.untilHears(VOICES.telephone);
  await update('UnmuteAttendee');
  await waitForTone(other, VOICES.microphone);
  await update('DisconnectAttendee');
  await phone.sees('The other end hung up');
  await rowsGone(stack, own);
  await expect.poll(() => phone.microphones()).toEqual(['ended']);
  await waitForToneToEnd(other, VOICES.microphone);
  await other.hangUp();
  await rowsGone(stack, OTHER);
});
