import { expect, test } from 'vitest';
import type { MeetingEntry } from '#contract';
import { sees } from '../console/looks.ts';
import { realPage } from './real-page.ts';

const world = realPage();
const FIRST = 'First meeting';

test('The person is signed in and sees the number, meeting and PIN', async () => {
  const { page, stack } = world;
  await world.open();
  await sees(page.getByRole('banner'), stack.endpoints.phoneNumber);
  const meeting = page.getByRole('article', { name: FIRST });
  await sees(meeting, 'Nobody is in.');
  await sees(meeting.locator('.pin-digits'), stack.endpoints.pin);
  expect(page.url()).toBe(`${stack.endpoints.console}/`);
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
  expect(kept).not.toMatch(/eyJ/);
});

test('A reload, and a second page, work like the first', async () => {
  await world.open();
  await world.page.reload();
  await sees(world.page, 'Nobody is in.');
  const other = await world.another();
  await world.open(other);
  await sees(other, 'Nobody is in.');
  await sees(world.page, 'Live');
});

test('Signed out stays signed out until the person wants in', async () => {
  const { page } = world;
  await world.open();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await sees(page, 'You are signed out');
  await page.reload();
  await sees(page, 'You are signed out');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await sees(page, 'Nobody is in.');
});

test('Nothing is revealed without a token, or with a forged one', async () => {
  const { page, stack } = world;
  await world.open();
  const [head, claims, signature = ''] = stack.endpoints.apiAuthorization.split('.');
  const forged = `${head}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  const statuses = await page.evaluate(async (authorization) => {
    const ask = async (url: string, method: string, headers: Record<string, string>) =>
      (await fetch(url, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) })).status;
    const routes = ['queryMeetings', 'createMeeting', 'updateCallNode', 'updateCallPython'];
    const all: number[] = [];
    for (const headers of [{}, { authorization }]) {
      for (const route of routes) all.push(await ask(`/api/${route}`, 'POST', headers as never));
      all.push(await ask('/activity', 'GET', headers as never));
    }
    return all;
  }, forged);
  expect(statuses).toEqual(new Array(10).fill(401));
});

test('A meeting is created with a PIN and a unique name', async () => {
  const { page, stack } = world;
  await world.open();
  await page.getByRole('button', { name: 'New meeting' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Night shift');
  await page.getByRole('button', { name: 'Create meeting' }).click();
  const dialog = page.getByRole('dialog', { name: 'Night shift is ready' });
  const pin = await dialog.locator('.pin-digits').innerText();
  expect(pin).toMatch(/^\d{8}$/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await sees(page.getByRole('article', { name: 'Night shift' }), pin);

  const both = await Promise.all(
    ['Day shift', 'day  SHIFT'].map((name) => stack.post('/createMeeting', { name })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  const refused = both.find(({ status }) => status === 409);
  expect(refused?.body).toMatchObject({ error: { code: 'NameInUse', field: 'name' } });
  const { Meetings } = await stack.queryMeetings();
  expect(Meetings.map(({ name }: MeetingEntry) => name.toLowerCase())).toHaveLength(3);
});

test('The field reports that another operator took the name', async () => {
  const { page, stack } = world;
  await world.open();
  await page.getByRole('button', { name: 'New meeting' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Taken');
  await page.route('**/api/createMeeting', async (route) => {
    await stack.post('/createMeeting', { name: 'Taken' });
    await route.continue();
  });
  await page.getByRole('button', { name: 'Create meeting' }).click();
  await sees(page.getByRole('dialog'), 'There is a meeting named "Taken" already. Choose another name.');
  expect(await page.getByRole('textbox', { name: 'Name' }).getAttribute('aria-invalid')).toBe('true');
});
