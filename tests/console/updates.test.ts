import { expect, test } from 'vitest';
import { ORDER_ID } from '#contract';
import { sees } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

const select = (name: string) => world.page.getByRole('combobox', { name });
const submit = (via: 'NodeJS' | 'Python') =>
  world.page.getByRole('button', { name: `Submit with ${via}`, exact: true });
const newest = () => world.page.locator('.update').first();

test.each([
  ['NodeJS', '/updateCallNode'],
  ['Python', '/updateCallPython'],
] as const)('Meeting, attendee and update are selected and submitted with %s', async (via, route) => {
  const { api, page } = world;
  const { first, second } = supportCalls(api);
  await world.open();
  await select('Meeting').selectOption('Support');
  await select('Attendee').selectOption({ label: '+12065550101' });
  await select('Update').selectOption({ label: 'Play a prompt' });
  await select('Prompt').selectOption('hold.wav');
  await submit(via).click();
  await sees(newest(), 'Done');
  await sees(newest(), via);
  await sees(newest(), 'Time within the API: order checked 0 ms, Chime SDK Voice 6 ms, recorded 3 ms.');
  await select('Attendee').selectOption(second.attendeeId);
  await select('Update').selectOption('Speak');
  await page.getByRole('textbox', { name: 'Text' }).fill('Hello there');
  await sees(page, '11 / 1000 characters');
  await submit(via).click();
  await sees(newest(), '“Hello there”');
  await sees(newest(), 'Accepted by API');
  const names = { meetingId: first.meetingId, callId: first.callId, fromNumber: first.fromNumber };
  expect(api.askedOf(route)).toEqual([
    {
      ...names,
      transactionId: first.transactionId,
      attendeeId: first.attendeeId,
      updateInfo: 'PlayAudio',
      prompt: 'hold.wav',
      orderId: expect.stringMatching(ORDER_ID),
    },
    expect.objectContaining({
      transactionId: second.transactionId,
      updateInfo: 'Speak',
      text: 'Hello there',
    }),
  ]);
});

test('A faulty entry is reported at its field, and nothing is sent', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await submit('NodeJS').click();
  await sees(page, 'Choose the meeting of the call.');
  await select('Meeting').selectOption('Support');
  await submit('NodeJS').click();
  await sees(page, 'Choose whose call to change.');
  expect(await select('Attendee').evaluate((one) => one === document.activeElement)).toBe(true);
  await select('Attendee').selectOption(first.attendeeId);
  await select('Update').selectOption('Speak');
  await page.getByRole('textbox', { name: 'Text' }).fill('x'.repeat(1012));
  await submit('Python').click();
  await sees(page, '1012 characters: shorten it by 12.');
  expect(await page.getByRole('textbox', { name: 'Text' }).getAttribute('aria-invalid')).toBe('true');
  expect(api.asked.filter((one) => one.route.startsWith('/update'))).toEqual([]);
});

test('Each step is shown with its time as it happens', async () => {
  const { api, page } = world;
  supportCalls(api);
  api.progressing = {};
  let answer = () => {};
  api.answerAfter = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await world.open();
  await page.getByRole('button', { name: 'Mute +12065550101', exact: true }).click();
  await sees(newest(), 'Sending');
  await sees(page, 'Mute: sending…');
  answer();
  await sees(newest(), 'Accepted');
  expect(await page.getByRole('button', { name: 'Mute +12065550101', exact: true }).count()).toBe(1);
  api.progress('seen');
  await sees(newest(), 'Seen by the handler');
  api.progress('failed', 'The caller hung up before it began.');
  await sees(newest(), 'Failed');
  await sees(newest(), 'The caller hung up before it began.');
  const steps = await newest().getByRole('listitem').allInnerTexts();
  expect(steps.map((step) => step.split('\n')[0])).toEqual([
    'Clicked',
    'Accepted by API',
    'Seen by handler',
    'Failed',
  ]);
  for (const step of steps) expect(step).toMatch(/\d\d:\d\d:\d\d\.\d{3}/);
  for (const step of steps.slice(1)) expect(step).toMatch(/\+(\d+ ms|\d+\.\d s)/);
  await page
    .getByRole('status', { name: 'Update results' })
    .filter({ hasText: 'Mute +12065550101: failed' })
    .waitFor();
});

test('An interrupted update says by what', async () => {
  const { api, page } = world;
  supportCalls(api);
  api.progressing = { seenAfterMs: 1 };
  await world.open();
  await page.getByRole('button', { name: 'Play a prompt to +12065550101' }).click();
  await page.getByRole('button', { name: 'Play through NodeJS' }).click();
  await sees(newest(), 'Seen by the handler');
  api.progress('interrupted', 'By a later update.');
  await sees(newest(), 'Interrupted');
  await sees(newest(), 'By a later update.');
});

test("A row's update is sent through the chosen twin", async () => {
  const { api, page } = world;
  const { first, second } = supportCalls(api);
  await world.open();
  await page.getByRole('button', { name: 'Mute +12065550101', exact: true }).click();
  await page.getByRole('button', { name: 'Unmute +12065550101' }).waitFor();
  await page.getByText('Python', { exact: true }).first().click();
  await page.getByRole('button', { name: 'Unmute +12065550102' }).click();
  await page.getByRole('button', { name: 'Mute +12065550102', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Speak a text to +12065550102' }).click();
  const dialog = page.getByRole('dialog', { name: 'Speak a text to +12065550102' });
  await dialog.getByRole('button', { name: 'Speak through Python' }).click();
  await sees(dialog, 'Write what the caller shall hear.');
  await dialog.getByRole('textbox', { name: 'Text' }).fill('Goodbye');
  await dialog.getByRole('button', { name: 'Speak through Python' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Disconnect +12065550102' }).click();
  const question = page.getByRole('dialog', { name: 'Disconnect +12065550102?' });
  await question.getByRole('button', { name: 'Disconnect +12065550102' }).click();
  await page.getByRole('button', { name: 'Select +12065550102' }).waitFor({ state: 'detached' });
  const sent = (route: string) =>
    api.askedOf(route).map((one) => [one.transactionId, one.updateInfo, one.text]);
  expect(sent('/updateCallNode')).toEqual([[first.transactionId, 'MuteAttendee', undefined]]);
  expect(sent('/updateCallPython')).toEqual([
    [second.transactionId, 'UnmuteAttendee', undefined],
    [second.transactionId, 'Speak', 'Goodbye'],
    [second.transactionId, 'DisconnectAttendee', undefined],
  ]);
});

test('An update reaches a whole meeting; disconnecting everyone asks first', async () => {
  const { api, page } = world;
  supportCalls(api);
  const elsewhere = api.addCall('Other', '+12065550150');
  await world.open();
  await page.getByRole('button', { name: 'Mute all in Support', exact: true }).click();
  await sees(newest(), 'Mute everyone in Support');
  await sees(newest(), 'Done');
  expect(api.askedOf('/updateCallNode')).toMatchObject([{ updateInfo: 'MuteAttendee', everyone: true }]);
  expect(api.calls.filter(({ muted }) => muted)).toHaveLength(2);
  await page.getByRole('button', { name: 'Disconnect all in Support' }).click();
  const dialog = page.getByRole('dialog', { name: 'Disconnect everyone in Support?' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Disconnect all in Support' }).click();
  await dialog.getByRole('button', { name: 'Keep the calls' }).click();
  expect(api.askedOf('/updateCallNode')).toHaveLength(1);
  await page.getByRole('button', { name: 'Disconnect all in Support' }).click();
  await dialog.getByRole('button', { name: 'Disconnect 2 callers' }).click();
  await sees(page.getByRole('article', { name: 'Support' }), 'Nobody is in.');
  expect(api.calls).toEqual([elsewhere]);
});

test('The form also asks before an update of everyone', async () => {
  const { api, page } = world;
  supportCalls(api);
  await world.open();
  await select('Meeting').selectOption('Support');
  await select('Attendee').selectOption({ label: 'Everyone (2)' });
  await select('Update').selectOption('DisconnectAttendee');
  await submit('Python').click();
  expect(api.askedOf('/updateCallPython')).toEqual([]);
  await page.getByRole('button', { name: 'Disconnect 2 callers' }).click();
  await expect.poll(() => api.calls.length).toBe(0);
  expect(api.askedOf('/updateCallPython')).toHaveLength(2);
});

test('The form reports that a selected call ended, and selects no other', async () => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await page.getByRole('button', { name: 'Select +12065550101' }).click();
  expect(await select('Attendee').inputValue()).toBe(first.attendeeId);
  api.endCall(first);
  await sees(page, 'The call from +12065550101 has ended. Choose another attendee.');
  expect(await select('Attendee').inputValue()).toBe('');
  await submit('NodeJS').click();
  await sees(page, 'Choose whose call to change.');
  expect(api.askedOf('/updateCallNode')).toEqual([]);
});

test('A question about a call that has ended says so', async () => {
  const { api, page } = world;
  const { second } = supportCalls(api);
  await world.open();
  await page.getByRole('button', { name: 'Disconnect +12065550102' }).click();
  const question = page.getByRole('dialog', { name: 'Disconnect +12065550102?' });
  const red = question.getByRole('button', { name: 'Disconnect +12065550102' });
  api.endCall(second);
  await sees(question, 'The call has ended meanwhile.');
  expect(await red.getAttribute('aria-disabled')).toBe('true');
  await red.dispatchEvent('click');
  await question.getByRole('button', { name: 'Close' }).click();
  await question.waitFor({ state: 'detached' });
  expect(api.askedOf('/updateCallNode')).toEqual([]);
});

test.each([
  [
    404,
    { code: 'CallNotFound', message: 'There is no call t.' },
    'The call has ended. Choose another attendee.',
  ],
  [
    400,
    { code: 'BadRequest', message: 'must be known', field: 'prompt' },
    'Correct “prompt” and submit again.',
  ],
  [429, { code: 'TooManyRequests', message: 'Slow down.' }, 'Wait some seconds, then try again.'],
  [502, { code: 'Upstream', message: 'Chime did not answer.' }, 'The fault is on the server.'],
])('An update that is answered %i says what to do', async (status, error, advice) => {
  const { api, page } = world;
  const { first } = supportCalls(api);
  await world.open();
  await select('Meeting').selectOption('Support');
  await select('Attendee').selectOption(first.attendeeId);
  api.plan('/updateCallNode', status, error);
  // A throttled update is sent once more before anybody is told.
  if (status === 429) api.plan('/updateCallNode', status, error);
  await submit('NodeJS').click();
  await sees(newest(), 'Not accepted');
  await sees(newest(), error.message);
  await sees(newest(), advice);
  // As one block, not side by side as on a caller's row.
  expect(
    await newest()
      .locator('p.failure')
      .evaluate((one) => getComputedStyle(one).display),
  ).toBe('block');
  if (status === 400) expect(await select('Prompt').getAttribute('aria-invalid')).toBe('true');
  expect(await newest().getByRole('button', { name: 'Try again' }).count()).toBe(
    status === 429 || status === 502 ? 1 : 0,
  );
  expect(await page.getByRole('status', { name: 'Update results' }).textContent()).toContain('not accepted');
});

test('Two operators see each other’s updates', async () => {
  supportCalls(world.api);
  await world.open();
  const other = await world.another();
  await world.open(other);
  await other.getByRole('button', { name: 'Mute +12065550101', exact: true }).click();
  await sees(newest(), 'another operator');
  await sees(newest(), 'Mute +12065550101');
  await world.page.getByRole('button', { name: 'Unmute +12065550101' }).waitFor();
});
