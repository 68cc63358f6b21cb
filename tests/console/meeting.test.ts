import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings, COLOR_SCHEMES, pixelsBeyondTheEdge, sees, WIDTHS } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';
// The test's interface to the pretend connection in the browser.
import type { PretendMeeting } from './pretend-connection.ts';

const world = operatorPage();

const button = (name: string, page = world.page) => page.getByRole('button', { name, exact: true });
const bar = (page = world.page) => page.getByRole('region', { name: 'Your meeting' });
const row = (name: string, page = world.page) => page.getByRole('row').filter({ hasText: name });

/** Joins Support and waits until all earlier attendees are known. */
async function join(how: 'listen' | 'speak', page = world.page): Promise<void> {
  await button('Join Support', page).click();
  await page.getByRole('radio', { name: how === 'speak' ? /^Speak/ : /^Listen only/ }).check();
  if (how === 'speak') await sees(page, 'Say something');
  await button(how === 'speak' ? 'Join to speak' : 'Join to listen', page).click();
  await sees(bar(page), 'Connected');
}

/** Runs `work` on the page's pretend connection. */
function meeting<A extends unknown[]>(
  work: (meeting: PretendMeeting, ...args: A) => void,
  args: A,
  page: Page = world.page,
): Promise<void> {
  return page.evaluate(`(${work})(window.pretendMeeting, ...${JSON.stringify(args)})`);
}

const comes = (attendeeId: string, externalUserId: string) =>
  meeting(
    ({ events }, id, name) => {
      events.presence(id, name, true, false);
      events.muted(id, false);
    },
    [attendeeId, externalUserId],
  );

test('Joining to listen asks for no microphone and unmutes nothing', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await join('listen');
  expect(api.askedOf('/joinMeeting')).toEqual([
    { name: 'Support', audio: 'Receive', displayName: expect.stringContaining('operator') },
  ]);
  const microphones = await page.evaluate('window.pretendMeeting.microphones');
  expect(microphones).toBe(0);
  await sees(bar(), 'listening only');
  expect(await button('Mute your microphone').count()).toBe(0);
  await sees(row('You'), 'Listens only');
  await comes(first.attendeeId, first.fromNumber);
  await button('Leave Support').click();
  await bar().waitFor({ state: 'detached' });
  await row('You').waitFor({ state: 'detached' });
  await expect.poll(() => api.askedOf('/removeAttendee').length).toBe(1);
  // A person who left by the keyboard continues where they began.
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Join Support');
});

test('A speaker mutes itself and changes microphone and speaker', async () => {
  const { page } = world;
  supportCalls(world.api);
  await world.open();
  await join('speak');
  await sees(row('You'), 'Open');
  await button('Mute your microphone').click();
  await sees(row('You'), 'by yourself');
  await button('Unmute your microphone').click();
  await sees(row('You'), 'Open');
  await bar().getByText('Sound', { exact: true }).click();
  const microphone = bar().getByLabel('Microphone', { exact: true });
  await microphone.selectOption({ index: 1 });
  await expect.poll(() => page.evaluate('window.pretendMeeting.microphones')).toBe(2);
  const speaker = bar().getByLabel('Speaker', { exact: true });
  await speaker.selectOption({ index: 1 });
  await expect.poll(() => page.evaluate('window.pretendMeeting.speaker')).toBe(await speaker.inputValue());
  await page.evaluate('window.pretendNoSpeaker = true');
  await speaker.selectOption({ index: 0 });
  await sees(bar(), 'The browser cannot use this one.');
  await page.keyboard.press('Escape');
  await microphone.waitFor({ state: 'hidden' });
  await bar().getByText('Sound', { exact: true }).click();
  await microphone.waitFor();
  await page.getByRole('heading', { name: 'Meetings' }).click();
  await microphone.waitFor({ state: 'hidden' });
});

test.each([
  ['NotAllowedError', 'does not let the page use a microphone'],
  ['NotFoundError', 'No microphone was found'],
  ['NotReadableError', 'another program may be using it'],
])('%s: the page says so and offers listening only', async (name, words) => {
  const { page } = world;
  supportCalls(world.api);
  await page.addInitScript((error) => {
    navigator.mediaDevices.getUserMedia = async () => Promise.reject(new DOMException('x', error));
  }, name);
  await world.open();
  await button('Join Support').click();
  await page.getByRole('radio', { name: /^Speak/ }).check();
  const dialog = page.getByRole('dialog', { name: 'Join Support' });
  await sees(dialog.getByRole('alert'), words);
  await sees(dialog, 'You can also join to listen only.');
  expect(await button('Join to speak').getAttribute('aria-disabled')).toBe('true');
  await button('Join to speak').click({ force: true });
  expect(world.api.askedOf('/joinMeeting')).toEqual([]);
  await dialog.getByRole('radio', { name: /^Listen only/ }).check();
  await button('Join to listen').click();
  await sees(bar(), 'Connected');
});

test('One list shows speakers and mutes of telephones and operators', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  const bob = api.addBrowser('Support', 'bob@example.com');
  await world.open();
  await sees(page.getByRole('article', { name: 'Support' }), '1 operator');
  await sees(row('bob@example.com'), 'May speak');
  api.withActivity = false;
  await join('speak');
  await comes(first.attendeeId, first.fromNumber);
  await comes(bob.attendeeId, 'operator:bob@example.com#1');
  await comes('stranger', 'Eve');
  await sees(row('bob@example.com'), 'Open');
  await sees(row(first.fromNumber), 'Silent');
  await meeting(({ events }, id) => events.volume(id, 0.7), [first.attendeeId]);
  await sees(row(first.fromNumber), 'Speaking');
  await meeting(({ events }, id) => events.muted(id, true), [bob.attendeeId]);
  await sees(row('bob@example.com'), 'by themselves');
  expect(await row('Eve').getByRole('button').count()).toBe(0);
  for (const kind of ['Telephone', 'Operator', 'Other attendee'])
    expect(await page.getByRole('img', { name: kind }).count()).toBeGreaterThan(0);
});

test('An operator can mute, unmute and remove another one', async () => {
  const { api } = world;
  supportCalls(api);
  const { meetingId, attendeeId } = api.addBrowser('Support', 'bob@example.com');
  await world.open();
  await button('Mute bob@example.com').click();
  await sees(row('bob@example.com'), 'by an operator');
  await button('Unmute bob@example.com').click();
  await sees(row('bob@example.com'), 'May speak');
  const who = { meetingId, attendeeId };
  expect(api.askedOf('/setAttendeeAudio')).toEqual([
    { ...who, audio: 'Receive' },
    { ...who, audio: 'SendReceive' },
  ]);
  api.plan('/removeAttendee', 502, { code: 'Upstream', message: 'The service did not do it.' });
  await button('Disconnect bob@example.com').click();
  const question = world.page.getByRole('dialog', { name: 'Disconnect bob@example.com?' });
  await question.getByRole('button', { name: 'Disconnect bob@example.com' }).click();
  await sees(row('bob@example.com'), 'Disconnect: The service did not do it.');
  await sees(world.page.getByRole('status', { name: 'Who came and left' }), 'The service did not do it.');
  await row('bob@example.com')
    .getByRole('button', { name: /^Try again/ })
    .click();
  await row('bob@example.com').waitFor({ state: 'detached' });
  expect(api.askedOf('/removeAttendee')).toEqual([who, who]);
});

test('Whole-meeting actions reach telephones and operators except the one asking', async () => {
  const { api } = world;
  supportCalls(api);
  const bob = api.addBrowser('Support', 'bob@example.com');
  api.addBrowser('Support', 'dee@example.com', { audio: 'Receive' });
  await world.open();
  await join('speak');
  await button('Mute all in Support').click();
  await sees(row('bob@example.com'), 'by an operator');
  expect(api.askedOf('/setAttendeeAudio').map(({ attendeeId }) => attendeeId)).toEqual([bob.attendeeId]);
  await button('Disconnect all in Support').click();
  await button('Disconnect 2 callers and 2 operators').click();
  await row('bob@example.com').waitFor({ state: 'detached' });
  await sees(bar(), 'Connected');
  await expect.poll(() => api.askedOf('/removeAttendee').length).toBe(2);
});

test('An operator muted by another is told and can unmute themselves', async () => {
  const { api } = world;
  supportCalls(api);
  await world.open();
  await join('speak');
  const me = api.browsers.at(-1)?.attendeeId;
  api.browsers = api.browsers.map((one) => ({ ...one, muted: true }));
  await sees(bar().getByRole('alert'), 'An operator has muted you: nobody hears you.');
  await button('Unmute me').click();
  await bar().getByText('nobody hears you').waitFor({ state: 'detached' });
  expect(api.askedOf('/setAttendeeAudio')).toEqual([
    { meetingId: 'meeting-Support', attendeeId: me, audio: 'SendReceive' },
  ]);
});

test('The connection is shown as slow, poor, or lost for a while', async () => {
  const { page } = world;
  supportCalls(world.api);
  await world.open();
  await page.evaluate('window.pretendSlow = true');
  await button('Join Support').click();
  await button('Join to listen').click();
  await sees(bar(), 'Joining…');
  await meeting(({ events }) => events.connected(), []);
  await sees(bar(), 'Connected');
  await meeting(({ events }) => events.quality(true), []);
  await sees(bar(), 'Poor connection');
  await meeting(({ events }) => events.connecting(true), []);
  await sees(bar(), 'Reconnecting…');
  await meeting(({ events }) => events.connected(), []);
  await sees(bar(), 'Connected');
});

test.each([
  ['meeting-ended', 'The meeting was ended.'],
  ['removed', 'An operator has taken you out.'],
  ['elsewhere', 'You have joined from another place'],
  ['lost', 'The connection was lost.'],
] as const)('%s: reported, and joining again is one click away', async (why, words) => {
  const { page } = world;
  supportCalls(world.api);
  await world.open();
  await join('listen');
  await meeting(({ events }, reason) => events.ended(reason), [why]);
  const note = page.getByRole('alert').filter({ hasText: 'You are not in Support.' });
  await sees(note, words);
  await bar().waitFor({ state: 'detached' });
  await note.getByRole('button', { name: 'Join again' }).click();
  await button('Join to listen').click();
  await sees(bar(), 'Connected');
  expect(await note.count()).toBe(0);
});

test('A join that is refused says why', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  api.plan('/joinMeeting', 409, { code: 'MeetingFull', message: 'The meeting has as many as it may have.' });
  await button('Join Support').click();
  await button('Join to listen').click();
  await sees(page.getByRole('alert'), 'The meeting has as many as it may have.');
  await button('Dismiss').click();
  await page.getByText('You are not in Support.').waitFor({ state: 'detached' });
});

test('A page that is closed removes its attendee', async () => {
  const { api } = world;
  supportCalls(api);
  await world.open();
  await join('listen');
  await world.page.goto('about:blank');
  await expect.poll(() => api.askedOf('/removeAttendee').length).toBe(1);
  expect(api.browsers).toEqual([]);
});

test('The page announces who comes and leaves once it has settled', async () => {
  const { api, page } = world;
  const { first, second } = supportCalls(api);
  await world.open();
  await join('listen');
  await comes(first.attendeeId, first.fromNumber);
  const said = page.getByRole('status', { name: 'Who came and left' });
  await page.getByRole('columnheader', { name: 'Speaking' }).waitFor();
  await page.waitForFunction(() => document.querySelector('[data-settled="true"]') !== null);
  await comes(second.attendeeId, second.fromNumber);
  await sees(said, `${second.fromNumber} joined.`);
  await meeting(({ events }, id) => events.presence(id, '', false, false), [first.attendeeId]);
  await sees(said, `${first.fromNumber} left.`);
});

test('A click releases the sound that the browser holds back', async () => {
  const { page } = world;
  supportCalls(world.api);
  await page.addInitScript(() => {
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('x', 'NotAllowedError'));
  });
  await world.open();
  await join('listen');
  await meeting(({ options }) => options.outlet.dispatchEvent(new Event('loadedmetadata')), []);
  await sees(bar(), 'The browser keeps this page silent.');
  await meeting(({ options }) => {
    HTMLMediaElement.prototype.play = async () => void options.outlet.dispatchEvent(new Event('playing'));
  }, []);
  await button('Turn on the sound').click();
  await bar().getByText('keeps this page silent').waitFor({ state: 'detached' });
});

test.each(WIDTHS)('axe-core finds nothing in a meeting, and nothing is cut off: $name', async (width) => {
  const { api, page } = world;
  await page.setViewportSize(width);
  const clean = async (what: string) => {
    for (const colorScheme of COLOR_SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await axeFindings(page), `${what}, ${colorScheme}`).toEqual([]);
    }
    expect(await pixelsBeyondTheEdge(page), what).toBeLessThanOrEqual(0);
  };
  const { first } = supportCalls(api);
  api.addBrowser('Support', 'a-rather-long-name.of-somebody@subsidiary.example.com');
  api.addBrowser('Support', 'cy@example.com', { muted: true });
  api.addBrowser('Support', 'dee@example.com', { audio: 'Receive' });
  api.config = { phoneUrl: `${api.origin}/phone/` };
  await world.open();
  await clean('before');
  await button('Join Support').click();
  await clean('dialog');
  await page.getByRole('radio', { name: /^Speak/ }).check();
  await sees(page, 'Say something');
  await clean('dialog with microphone');
  await button('Join to speak').click();
  await sees(bar(), 'Connected');
  await comes(first.attendeeId, first.fromNumber);
  await clean('in the meeting');
  await bar().getByText('Sound', { exact: true }).click();
  await clean('sound');
  api.browsers = api.browsers.map((one) => ({ ...one, muted: true }));
  await sees(bar(), 'nobody hears you');
  await clean('muted');
  await meeting(({ events }) => events.ended('removed'), []);
  await sees(page, 'You are not in Support.');
  await clean('over');
});

test('The keyboard alone is enough to join, mute and leave', async () => {
  const { page } = world;
  supportCalls(world.api);
  await world.open();
  await button('Join Support').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Join Support' }).waitFor();
  await page.keyboard.press('Tab');
  const radio = page.getByRole('radio', { name: /^Listen only/ });
  if (!(await radio.evaluate((one) => one === document.activeElement))) await radio.focus();
  await page.keyboard.press('ArrowDown');
  await sees(page, 'Say something');
  await page.keyboard.press('Enter');
  await sees(bar(), 'Connected');
  // The focus is in the bar, at the element that names the meeting.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Support');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await sees(row('You'), 'by yourself');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await bar().waitFor({ state: 'detached' });
});

test('The link to the telephone is shown where there is one', async () => {
  const { api, page } = world;
  await world.open();
  expect(await page.getByRole('link', { name: /^Phone/ }).count()).toBe(0);
  api.config = { phoneUrl: `${api.origin}/phone/` };
  await world.open();
  const link = page.getByRole('link', { name: 'Phone (opens in a new tab)' });
  expect(await link.getAttribute('href')).toBe(`${api.origin}/phone/`);
});
