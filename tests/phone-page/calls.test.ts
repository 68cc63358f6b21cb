import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { hears, hearsSilence } from '#testkit';
import type { PretendServerCall } from '../../testkit/pretend-server-call.ts';
import { sees } from '../console/looks.ts';
import { FIRST_OWN, FRIEND, level, phoneWorld, RINGS, SECOND_OWN, VOICE_HZ, WELCOME } from './phone-world.ts';

const world = phoneWorld();
const THEIR_HZ = 660;
const PIN = '48151623';

const button = (name: string, page = world.page) => page.getByRole('button', { name, exact: true });
const newest = (): PretendServerCall => world.exchange.calls.at(-1) as PretendServerCall;

/** Calls the number that is already chosen. */
async function call(page: Page = world.page): Promise<PretendServerCall> {
  await button('Call', page).click();
  await sees(page, 'Connected');
  return newest();
}

test('A call to a known number is timed, ended and remembered', async () => {
  const { page } = world;
  await world.open();
  expect(await page.getByRole('textbox', { name: 'Number to call' }).inputValue()).toBe(WELCOME);
  // A noise suppressor takes a steady tone for noise.
  await page.getByRole('checkbox', { name: 'Reduce echo and noise' }).uncheck();
  const one = await call();
  expect(one.from).toBe(FIRST_OWN);
  await one.until('the voice', () => hears(one.sound, VOICE_HZ));
  await expect.poll(() => level(page, 'Your voice')).toBeGreaterThan(30);
  await expect.poll(() => level(page, 'Their voice')).toBe(0);
  one.sound.sayTone(THEIR_HZ);
  await expect.poll(() => level(page, 'Their voice')).toBeGreaterThan(30);
  // A page that is held up skips seconds, and minutes pass on a busy machine.
  await sees(page, /^(?!0:0[01])\d+:\d\d$/);
  await page.getByRole('list', { name: 'Connection quality' }).getByText('PCMU').waitFor();
  expect(await page.title()).toBe(`In a call with ${WELCOME}`);
  await button('Hang up').click();
  await one.until('BYE', () => one.over);
  expect(one.methods).toEqual(['INVITE', 'ACK', 'BYE']);
  await sees(page, 'You hung up');
  await sees(page.getByRole('listitem'), /you hung up · (?!0:0[01])\d+:\d\d/);
  await button(`Call again ${WELCOME}`).click();
  await sees(page, 'Connected');
  expect(world.exchange.calls).toHaveLength(2);
  newest().hangUp();
  await sees(page, 'The other end hung up');
  // A click on Hang up that comes a moment too late calls nobody.
  expect(await button('Call').getAttribute('class')).toContain('just-come');
});

test('Keys are sent by mouse, keyboard and paste, and not logged', async () => {
  const { page } = world;
  await world.open();
  const one = await call();
  const pad = page.getByRole('group', { name: 'Key pad' });
  for (const name of ['1', '5', 'star', 'hash']) await pad.getByRole('button', { name, exact: true }).click();
  await one.until('mouse', () => one.sound.keys === '15*#');
  await page.keyboard.type('90*7');
  await one.until('keyboard', () => one.sound.keys === '15*#90*7');
  await page.evaluate(
    (text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    `PIN ${PIN.slice(0, 4)} ${PIN.slice(4)}`,
  );
  await one.until('paste', () => one.sound.keys === `15*#90*7${PIN}`);
  await sees(page, `15*#90*7${PIN}`);
  await page.getByRole('combobox', { name: 'Microphone' }).focus();
  await page.keyboard.type('3');
  await button('Mute').focus();
  await page.keyboard.type('4');
  await one.until('what is typed into a control is not sent', () => one.sound.keys.endsWith(`${PIN}4`));
  await button('Hang up').click();
  await sees(page, 'You hung up');
  expect(world.written.join()).not.toContain(PIN);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
    PIN,
  );
});

test('A muted call is silent; keys go through it', async () => {
  const { page } = world;
  await world.open();
  await page.getByRole('checkbox', { name: 'Reduce echo and noise' }).uncheck();
  const one = await call();
  await one.until('the voice', () => hears(one.sound, VOICE_HZ));
  await button('Mute').click();
  await sees(page, 'Connected, you are muted');
  await one.until('silence', () => hearsSilence(one.sound));
  await expect.poll(() => level(page, 'Your voice')).toBe(0);
  await page.keyboard.type('7');
  await one.until('the key', () => one.sound.keys === '7');
  await button('Unmute').click();
  await one.until('the voice again', () => hears(one.sound, VOICE_HZ));
});

test('A call that rings is cancelled', async () => {
  const { page } = world;
  await world.open();
  await button(`Nobody there ${RINGS}`).click();
  await button('Call').click();
  await sees(page, 'Ringing…');
  await button('Cancel').click();
  await sees(page, 'Call cancelled');
  await newest().until('CANCEL', () => newest().methods.includes('CANCEL'));
  await sees(page.getByRole('listitem'), 'cancelled');
});

test('A typed number is dialled without the separators between its digits', async () => {
  const { page } = world;
  await world.open();
  await page.getByRole('textbox', { name: 'Number to call' }).fill('+1 (202) 555-0100');
  await page.keyboard.press('Enter');
  await sees(page, 'Connected');
  await page.getByRole('heading', { name: WELCOME }).waitFor();
});

test('An incoming call is answered, and a second one gets busy', async () => {
  const { page, exchange } = world;
  await world.open();
  const one = await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  await page.getByRole('heading', { name: FRIEND }).waitFor();
  expect(await page.title()).toBe(`☎ ${FRIEND} is calling`);
  await button('Answer').click();
  await one.until('the answer', () => one.up);
  await sees(page, 'Connected');
  await page.keyboard.type('12');
  await one.until('keys', () => one.sound.keys === '12');
  const second = await exchange.place(FIRST_OWN, '+12065550199');
  await second.until('busy', () => second.status === 486);
  await sees(page, 'Connected');
  one.hangUp();
  await sees(page, 'The other end hung up');
});

test('An incoming call rings until it is answered, and keys sound', async () => {
  const { page, exchange } = world;
  await page.addInitScript(() => {
    const sounding: number[] = [];
    Object.assign(window, { sounding });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (this: OscillatorNode, when?: number) {
      if (this.context.state === 'running') sounding.push(this.frequency.value);
      return start.call(this, when);
    };
  });
  const sounded = () => page.evaluate<number[]>('sounding.splice(0)');
  await world.open();
  await page.getByRole('heading', { name: 'Sound' }).click();
  await exchange.place(FIRST_OWN, FRIEND);
  await expect.poll(sounded).toEqual([660, 880, 660, 880]);
  await expect.poll(sounded).toEqual([660, 880, 660, 880]);
  await button('Answer').click();
  await sees(page, 'Connected');
  await sounded();
  await page.keyboard.type('5');
  const keyed: number[] = [];
  await expect
    .poll(async () => {
      keyed.push(...(await sounded()));
      return keyed.map(Math.round);
    })
    .toEqual([770, 1336]);
});

test('An incoming call is declined or missed', async () => {
  const { page, exchange } = world;
  await world.open();
  const declined = await exchange.place(FIRST_OWN, FRIEND);
  await button('Decline').click();
  await declined.until('603', () => declined.status === 603);
  const missed = await exchange.place(FIRST_OWN, FRIEND);
  await sees(page, 'Incoming call');
  missed.hangUp();
  await sees(page, `You missed a call from ${FRIEND}.`);
  await missed.until('487', () => missed.status === 487);
  await button('Dismiss').click();
  await sees(page, 'Ready to call');
});

test.each([
  { choice: 'Telephone (PCMU)', name: 'PCMU', clockRate: 8000 },
  { choice: 'Opus', name: 'opus', clockRate: 48_000 },
])('$choice alone is offered, with keys of its clock rate', async ({ choice, name, clockRate }) => {
  const { page } = world;
  await world.open();
  await page.getByRole('radio', { name: choice }).check();
  const one = await call();
  const offered = [...one.offer.matchAll(/^a=rtpmap:\d+ ([^/]+)\/(\d+)/gm)].map((map) => map.slice(1));
  expect(offered).toEqual([
    [name, String(clockRate)],
    ['telephone-event', String(clockRate)],
  ]);
  await page.keyboard.type('123');
  await one.until('keys', () => one.sound.keys === '123');
  await one.until('sound', () => one.sound.packets > 20);
});

test('Keys are sent by SIP INFO where no telephone-event was negotiated', async () => {
  const { page, exchange } = world;
  exchange.plans.set(WELCOME, { do: 'ring' });
  await world.open();
  await button('Call').click();
  const one = await exchange.call();
  await one.answer({ keys: false });
  await sees(page, 'Connected');
  await page.keyboard.type('15#');
  const told = () =>
    exchange.requests
      .filter(({ method, callId }) => method === 'INFO' && callId === one.callId)
      .map(({ headers, body }) => [headers.get('content-type'), body.toString().split('\r\n')[0]]);
  await expect.poll(told).toEqual(['1', '5', '#'].map((key) => ['application/dtmf-relay', `Signal=${key}`]));
  expect(one.sound.keys).toBe('');
});

test('Each tab is a separate caller', async () => {
  const { page, exchange } = world;
  const own = (tab: Page, number: string) => sees(tab.getByRole('banner'), number);
  await world.open();
  await own(page, FIRST_OWN);
  const other = await world.another();
  await world.open(other);
  await own(other, SECOND_OWN);
  await page.reload();
  await sees(page, 'Ready');
  await own(page, FIRST_OWN);
  const [copy] = await Promise.all([
    world.browser.context.waitForEvent('page'),
    page.evaluate(() => void window.open(location.href)),
  ]);
  await sees(copy, 'Ready');
  await own(copy, '+12025550162');
  expect(exchange.registered().sort()).toEqual([FIRST_OWN, SECOND_OWN, '+12025550162']);
  exchange.refused.set('+12025550163', 403);
  const fourth = await world.another();
  await world.open(fourth);
  await own(fourth, '+12025550164');
});

test('A closed tab ends its call, its registration and its microphone', async () => {
  const { page, exchange } = world;
  await world.open();
  const one = await call();
  await page.goto('about:blank');
  await one.until('BYE', () => one.over);
  await one.until('unregistered', () => exchange.registered().length === 0);
});

test('No microphone stays open after a call', async () => {
  const { page } = world;
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const original = mediaDevices.getUserMedia.bind(mediaDevices);
    const tracks: MediaStreamTrack[] = [];
    let allow = () => {};
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    Object.assign(window, { tracks, allow });
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      tracks.push(...stream.getTracks());
      if (tracks.length > 1) await allowed;
      return stream;
    };
  });
  const states = () =>
    page.evaluate(() =>
      (window as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState),
    );
  await world.open();
  await call();
  expect(await states()).toEqual(['live']);
  await button('Hang up').click();
  await expect.poll(states).toEqual(['ended']);
  await button('Call').click();
  await expect.poll(states).toEqual(['ended', 'live']);
  await button('Cancel').click();
  await page.evaluate('allow()');
  await expect.poll(states).toEqual(['ended', 'ended']);
  expect(world.exchange.calls).toHaveLength(1);
});

test.each([
  { name: 'wide', width: 1440 },
  { name: 'narrow', width: 360 },
])('Keys and buttons stay in place when hints come and go: $name', async ({ width }) => {
  const { page } = world;
  await page.setViewportSize({ width, height: 1200 });
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const original = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      Object.assign(window, { unplug: () => stream.getTracks()[0]?.dispatchEvent(new Event('ended')) });
      return stream;
    };
  });
  await world.open();
  await call();
  const places = () => Promise.all([button('5').boundingBox(), button('Hang up').boundingBox()]);
  const before = await places();
  await page
    .getByRole('list', { name: 'Connection quality' })
    .getByText(/^jitter/)
    .waitFor();
  expect(await places()).toEqual(before);
  await page.evaluate('unplug()');
  await sees(page.getByRole('alert'), 'the microphone was unplugged');
  expect(await places()).toEqual(before);
});
