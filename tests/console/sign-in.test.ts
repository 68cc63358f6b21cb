import { expect, test } from 'vitest';
import { sees } from './looks.ts';
import { operatorPage, supportCalls } from './operator-page.ts';

const world = operatorPage();

test('The person is signed in without typing, and the address is cleared', async () => {
  await world.open();
  expect(new URL(world.page.url()).search).toBe('');
  expect(world.api.issuer.signIns).toBe(1);
  await sees(world.page, 'operator@example.com');
  const stored = await world.page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
  expect(stored).not.toContain('token');
});

test('An answer that does not belong to this tab is refused', async () => {
  await world.page.goto(`${world.api.origin}/?code=stolen&state=forged`);
  await sees(world.page, 'Sign-in did not work');
  await sees(world.page, 'does not belong to this tab');
  expect(world.api.issuer.signIns).toBe(0);
  await world.page.getByRole('button', { name: 'Try to sign in again' }).click();
  await sees(world.page, 'No meeting yet');
});

test('An id token for another sign-in is refused', async () => {
  world.api.issuer.forgedNonce = 'of-yesterday';
  await world.page.goto(world.api.origin);
  await sees(world.page, 'The id token answers another sign-in.');
});

test('The person is told why the issuer refuses', async () => {
  world.api.issuer.refuseSignIn = true;
  await world.page.goto(world.api.origin);
  await sees(world.page, 'access_denied: You may not use this console');
  await world.page.waitForTimeout(300);
  expect(world.page.url()).toBe(`${world.api.origin}/`);
});

test('A refused token is renewed unnoticed', async () => {
  supportCalls(world.api);
  await world.open();
  world.api.issuer.revokeAccess();
  await expect.poll(() => world.api.issuer.renewals).toBe(1);
  await world.page.getByRole('button', { name: 'Mute +12065550101', exact: true }).click();
  await sees(world.page, 'Muted');
  expect(await world.page.getByRole('alert').filter({ hasText: 'signed out' }).count()).toBe(0);
});

test('All choices survive a 401 and a new sign-in', async () => {
  const { second } = supportCalls(world.api);
  await world.open();
  const { page } = world;
  await page.getByRole('combobox', { name: 'Meeting' }).selectOption('Support');
  await page.getByRole('combobox', { name: 'Attendee' }).selectOption(second.attendeeId);
  await page.getByRole('combobox', { name: 'Update' }).selectOption('Speak');
  await page.getByRole('textbox', { name: 'Text' }).fill('One moment, please');
  world.api.issuer.revokeAccess();
  world.api.issuer.refuseRefresh = true;
  await sees(page, 'You are signed out.');
  await page.getByRole('button', { name: 'Submit with NodeJS' }).click();
  await sees(page, 'Sign in again; what you have chosen stays.');
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Attendee' }).inputValue()).toBe(second.attendeeId);
  expect(await page.getByRole('textbox', { name: 'Text' }).inputValue()).toBe('One moment, please');
  await page.getByRole('button', { name: 'Try again: Speak a text +12065550102' }).click();
  await sees(page, 'Done');
});

test('Signed out stays signed out until the person wants in', async () => {
  await world.open();
  await world.page.getByRole('button', { name: 'Sign out' }).click();
  await sees(world.page, 'You are signed out');
  await world.page.reload();
  await sees(world.page, 'You are signed out');
  await world.page.getByRole('button', { name: 'Sign in' }).click();
  await sees(world.page, 'No meeting yet');
  expect(world.api.issuer.signIns).toBe(2);
});

test('All faults of a config.json are reported', async () => {
  world.api.config = { apiUrl: undefined, issuer: 'nonsense' };
  await world.page.goto(world.api.origin);
  await sees(world.page, 'Live Call cannot start');
  await sees(world.page, /has no apiUrl/);
  await sees(world.page, /issuer is not an http/);
});
