import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../testkit/browser.ts';
import { PretendWebRtcEnd } from '../../testkit/pretend-webrtc-end.ts';
import { sees } from '../console/looks.ts';
import { FIRST_OWN, phoneWorld, WELCOME } from './phone-world.ts';

const INSECURE_HOST = 'phone.test';
/** The discard port: nothing answers there. */
const NOBODYS_PORT = 9;
/** Milliseconds after which a browser has given up a connection; Chromium takes about 16 s. */
const BROWSER_GIVES_UP_MS = 40_000;
const world = phoneWorld([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]);
const button = (name: string) => world.page.getByRole('button', { name, exact: true });

test.each([
  [404, `Nobody has the number ${WELCOME}.`, 'unknown number'],
  [486, `${WELCOME} is busy.`, 'busy'],
  [603, `${WELCOME} declined the call.`, 'declined'],
  [480, `${WELCOME} did not answer.`, 'not answered'],
  [488, `${WELCOME} cannot use the chosen codec.`, 'no common codec'],
  [503, 'The server takes no more calls now.', 'server busy'],
  [500, 'The call was refused (SIP 500).', 'refused (500)'],
])('SIP %s is expressed in words', async (code, words, short) => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, { do: 'refuse', code });
  await world.open();
  await button('Call').click();
  await sees(page.getByRole('alert'), words);
  await sees(page.getByRole('listitem'), short);
  await button('Call').click();
  await sees(page.getByRole('alert'), words);
  expect(exchange.calls).toHaveLength(2);
});

test('A text that is no number raises an alert and no call', async () => {
  await world.open();
  await world.page.getByRole('textbox', { name: 'Number to call' }).fill('hello there');
  await button('Call').click();
  await sees(world.page.getByRole('alert'), 'Type a number');
  expect(world.exchange.calls).toEqual([]);
});

test.each([
  ['NotFoundError', 'there is no microphone'],
  ['NotReadableError', 'another program holds the microphone'],
])('%s: the person listens only, sends silence, and is told', async (name, words) => {
  const { page, exchange } = world;
  await page.addInitScript((error) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', error));
  }, name);
  await world.open();
  await button('Call').click();
  await sees(page.getByRole('alert'), words);
  const call = await exchange.call();
  await call.until('packets of silence', () => call.sound.packets > 25);
  await page.keyboard.type('42');
  await call.until('keys', () => call.sound.keys === '42');
});

test('A denied microphone is reported; the call continues', async () => {
  const browser = await launchBrowser({ microphone: 'denied' });
  onTestFinished(() => browser.close());
  const page = await world.another(browser);
  await world.open(page);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await sees(page.getByRole('alert'), 'the microphone is not allowed');
  await sees(page, 'Connected');
  expect(world.exchange.calls).toHaveLength(1);
});

test('An unplugged microphone is reported, and the call continues', async () => {
  const { page, exchange } = world;
  await page.addInitScript(() => {
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      Object.assign(window, { unplug: () => stream.getTracks()[0]?.dispatchEvent(new Event('ended')) });
      return stream;
    };
  });
  await world.open();
  await button('Call').click();
  await sees(page, 'Connected');
  const call = await exchange.call();
  await call.until('sound', () => call.sound.packets > 10);
  await page.evaluate('unplug()');
  await sees(page.getByRole('alert'), 'the microphone was unplugged');
  const before = call.sound.packets;
  await call.until('packets of silence', () => call.sound.packets > before + 25);
});

test('The page says at once that an insecure address allows listening only', async () => {
  const { page, exchange } = world;
  await page.goto(exchange.pageUrl.replace('127.0.0.1', INSECURE_HOST));
  await sees(page, 'This address is not secure');
  await sees(page.getByRole('status', { name: 'Connection' }), 'Ready');
  await button('Call').click();
  await sees(page.getByRole('alert'), 'browsers give no microphone to a page from an insecure address');
});

test('When the server goes, a call ends with a message; reconnection follows', async () => {
  const { page, exchange } = world;
  await world.open();
  await button('Call').click();
  await sees(page, 'Connected');
  exchange.reachable = false;
  exchange.cutOff();
  await sees(page.getByRole('alert'), 'The server is gone');
  await sees(page.getByRole('alert'), `and with it the call with ${WELCOME}`);
  await sees(page.getByRole('status', { name: 'Connection' }), 'Reconnecting…');
  await page.getByRole('textbox', { name: 'Number to call' }).press('Enter');
  await sees(page, 'Reconnecting…');
  exchange.reachable = true;
  await sees(page.getByRole('status', { name: 'Connection' }), 'Ready');
  expect(exchange.registered()).toEqual([FIRST_OWN]);
  await button('Call').click();
  await sees(page, 'Connected');
});

test('The person need not wait for the phone to connect again', async () => {
  const { page, exchange } = world;
  await world.open();
  exchange.reachable = false;
  exchange.cutOff();
  await button('Connect now').waitFor();
  await button('Connect now').click();
  await sees(page.getByRole('status', { name: 'Connection' }), 'Reconnecting…');
  exchange.reachable = true;
  await button('Connect now').click();
  await sees(page.getByRole('status', { name: 'Connection' }), 'Ready');
});

test.each([
  { plan: { do: 'nothing' }, shown: 'Calling…' },
  { plan: { do: 'ring' }, shown: 'Ringing…' },
] as const)('A call that is lost while it shows "$shown" ends at once', async ({ plan, shown }) => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, plan);
  await world.open();
  await button('Call').click();
  await sees(page, shown);
  await expect.poll(() => exchange.calls.length).toBe(1);
  exchange.reachable = false;
  exchange.cutOff();
  await sees(page.getByRole('alert'), 'The connection was lost');
  await sees(page.getByRole('listitem'), 'connection lost');
  await button('Call').waitFor();
});

test('An incoming call is lost with the connection', async () => {
  const { page, exchange } = world;
  await world.open();
  await exchange.place(FIRST_OWN, '+12065550142');
  await sees(page, 'Incoming call');
  exchange.reachable = false;
  exchange.cutOff();
  await sees(page.getByRole('alert'), 'The connection was lost');
  await sees(page.getByRole('listitem'), 'connection lost');
});

test('An answer that the browser cannot use is reported', async () => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, { do: 'nothing' });
  await world.open();
  await button('Call').click();
  (await exchange.call()).respond(200, 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n');
  await sees(page.getByRole('alert'), 'The browser could not set up the sound');
});

test('A call without any sound is ended with the reason', async () => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, { do: 'nothing' });
  await world.open();
  await button('Call').click();
  const call = await exchange.call();
  const { end, sdp } = await PretendWebRtcEnd.answer(call.offer);
  await end.close();
  call.respond(200, sdp.replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+/gim, `$1 ${NOBODYS_PORT}`));
  await sees(page, 'Connected');
  await page.getByText('No sound can get through').waitFor({ timeout: BROWSER_GIVES_UP_MS });
  await call.until('BYE', () => call.over);
});

test('The page says when all numbers are taken, and tries again', async () => {
  const { page, exchange } = world;
  exchange.config = { ...exchange.config, ownNumbers: { first: FIRST_OWN, count: 1 } };
  exchange.refused.set(FIRST_OWN, 403);
  await page.goto(exchange.pageUrl);
  await sees(page.getByRole('alert'), 'All 1 numbers for phones in pages are taken.');
  exchange.refused.clear();
  await button('Try again').click();
  await sees(page.getByRole('status', { name: 'Connection' }), 'Ready');
});

test('A server that refuses to register is reported with its code', async () => {
  const { page, exchange } = world;
  exchange.refused.set(FIRST_OWN, 500);
  await page.goto(exchange.pageUrl);
  await sees(page.getByRole('alert'), 'The server refused to register this phone (SIP 500).');
});

test('The page without configuration or WebRTC says what it needs', async () => {
  const { page, exchange } = world;
  exchange.config = { sipUrl: 7 };
  await page.goto(exchange.pageUrl);
  await sees(page.getByRole('alert'), 'sipUrl');
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'RTCPeerConnection');
  });
  await page.reload();
  await sees(page.getByRole('alert'), 'This browser has no WebRTC');
});

test('A microphone that stays silent is questioned unless it is muted', async () => {
  const { page } = world;
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () =>
      new AudioContext().createMediaStreamDestination().stream;
  });
  await world.open();
  await button('Call').click();
  await sees(page, 'Connected');
  await page.getByText('Nothing comes from your microphone.').waitFor();
  await button('Mute').click();
  await page.getByText('Nothing comes from your microphone.').waitFor({ state: 'detached' });
});
