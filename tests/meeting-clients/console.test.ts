import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, RuntimeFromOutside } from '#testkit';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { CHIME_CLIENT_FLAGS } from '../../testkit/chime-client/chime-client.ts';
import { sees } from '../console/looks.ts';
import { playsNoTone, playsTone, speakTone } from '../page/page-sound.ts';
import { allHear, FIRST, HZ, OPERATOR_HZ, type Three, threeKinds } from './three-kinds.ts';

/** An operator at the real page, in a separate browser, with callers of both kinds and a meeting client. */

const PHONE = '+15557773001';
/** dB relative to full scale: what the codec leaves of several tones at another frequency is below this. */
const GONE_DB = -55;
const world = threeKinds();
let three: Three;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [three, browser] = await Promise.all([
    world.everybody(PHONE),
    launchBrowser({ microphone: 'given', flags: CHIME_CLIENT_FLAGS }),
  ]);
  page = await browser.context.newPage();
});
afterAll(async () => {
  await browser?.close();
  if (three) await world.sendHome(three);
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const bar = () => page.getByRole('region', { name: 'Your meeting' });
const row = (what: string) => page.getByRole('row').filter({ hasText: what });

async function attendees(): Promise<number> {
  const { Attendees = [] } = await world.meetings.listAttendees({ MeetingId: three.meetingId });
  return Attendees.length;
}

test('An operator listens, speaks, mutes others, and leaves nothing behind', async () => {
  const { phone, page: pagePhone, client, parties } = three;
  await allHear(three);
  const runtime = new RuntimeFromOutside(world.stack);
  const own = await pagePhone.ownNumber();
  const before = {
    attendees: await attendees(),
    udp: runtime.udpPorts().length,
    connections: runtime.connections(),
  };
  await speakTone(page, OPERATOR_HZ);
  await page.goto(world.stack.endpoints.console);
  await page.getByText('Live', { exact: true }).waitFor();

  await button(`Join ${FIRST}`).click();
  await page.getByRole('radio', { name: /^Listen only/ }).check();
  await button('Join to listen').click();
  await sees(bar(), /^Connected$/);
  for (const who of [PHONE, own, 'Ann', 'You']) await row(who).first().waitFor();
  await Promise.all(Object.values(HZ).map((hz) => playsTone(page, hz)));
  await sees(row(PHONE), 'Speaking');
  await sees(row('You'), 'Listens only');

  await bar().getByRole('button', { name: 'Speak…' }).click();
  await sees(page, 'Say something');
  await button('Join to speak').click();
  await parties.phone.untilHears(OPERATOR_HZ);
  await parties.page.untilHears(OPERATOR_HZ);
  await client.untilHears(OPERATOR_HZ);
  await playsNoTone(page, OPERATOR_HZ, GONE_DB);
  await playsTone(page, HZ.phone);

  await button('Mute Ann').click();
  await sees(row('Ann'), 'by an operator');
  await Promise.all([playsNoTone(page, HZ.client, GONE_DB), parties.phone.untilHears(HZ.client, false)]);
  await button('Unmute Ann').click();
  await playsTone(page, HZ.client);

  await button(`Mute ${PHONE}`).click();
  await sees(row(PHONE), 'by an operator');
  await Promise.all([playsNoTone(page, HZ.phone, GONE_DB), client.untilHears(HZ.phone, false)]);
  await button(`Unmute ${PHONE}`).click();
  await playsTone(page, HZ.phone);

  await button(`Leave ${FIRST}`).click();
  await row('You').waitFor({ state: 'detached' });
  await parties.phone.untilHears(OPERATOR_HZ, false);
  await client.untilPresent(Object.values(parties).map(({ attendeeId }) => attendeeId));
  await expect.poll(attendees).toBe(before.attendees);
  await eventually('as few sockets as before', () => runtime.udpPorts().length <= before.udp);
  await page.close();
  await eventually('as few connections as before', () => runtime.connections() <= before.connections, {
    instead: () => `${before.connections} before, ${runtime.connections()} after`,
  });
  await allHear(three);
  expect(phone.ended).toBe(false);
});
