import { expect, it } from 'vitest';
import { rowOf, rowsGone } from '#testkit';
import { VOICES } from '../../testkit/page-phone/page-phone.ts';
import { joinByPage, pageWorld } from './page-world.ts';

/** Each tab with a phone is a caller of its own. */

const world = pageWorld();

it('two tabs are two callers with numbers of their own, and hear each other', async () => {
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
  // A tab that is closed hangs up.
  await two.page.close();
  await rowsGone(stack, ...numbers);
});

it('a duplicated tab takes another number, and both are registered', async () => {
  const phone = await world.open();
  const { page } = phone;
  const own = await phone.ownNumber();
  const [copy] = await Promise.all([
    world.browser.context.waitForEvent('page'),
    // Opened by script, a tab begins with a copy of what this one remembers, as a duplicate does.
    page.evaluate(() => void window.open(location.href)),
  ]);
  const second = await world.open({ page: copy });
  expect(await second.ownNumber()).not.toBe(own);
  await phone.call();
  await second.call();
  await Promise.all([phone.press('Hang up'), second.press('Hang up')]);
});
