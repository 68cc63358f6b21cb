import { expect, test } from 'vitest';
import { hears } from '#testkit';
import { sees } from '../console/looks.ts';
import { phoneWorld, VOICE_HZ } from './phone-world.ts';

const world = phoneWorld();
const button = (name: string) => world.page.getByRole('button', { name, exact: true });

/** What the page asked of the browser's audio functions. */
interface Asked {
  microphones: MediaTrackConstraints[];
  speakers: string[];
  volumes: number[];
}

/** Records what the page asks for, and lets the browser do it. */
async function listen(): Promise<() => Promise<Asked>> {
  await world.page.addInitScript(() => {
    const asked: Asked = { microphones: [], speakers: [], volumes: [] };
    Object.assign(window, { asked });
    const { mediaDevices } = navigator;
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (constraints) => {
      asked.microphones.push(constraints?.audio as MediaTrackConstraints);
      return getUserMedia(constraints);
    };
    const { setSinkId } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.setSinkId = function (this: HTMLMediaElement, id: string) {
      asked.speakers.push(id);
      asked.volumes.push(this.volume);
      return setSinkId.call(this, id);
    };
  });
  return () => world.page.evaluate(() => (window as unknown as { asked: Asked }).asked);
}

test('Microphone, speaker and volume are changed during the call and kept', async () => {
  const { page, exchange } = world;
  const asked = await listen();
  await world.open();
  await button('Call').click();
  await sees(page, 'Connected');
  const call = await exchange.call();
  const microphone = page.getByRole('combobox', { name: 'Microphone' });
  await microphone.selectOption('Fake Audio Input 2');
  await page.getByRole('checkbox', { name: 'Reduce echo and noise' }).uncheck();
  await expect.poll(async () => (await asked()).microphones.length).toBe(3);
  const [first, second, third] = (await asked()).microphones;
  expect(first).toMatchObject({ echoCancellation: true });
  expect(first?.deviceId).toBeUndefined();
  expect(second?.deviceId).toEqual({ ideal: await microphone.inputValue() });
  expect(third).toMatchObject({ echoCancellation: false, noiseSuppression: false, autoGainControl: false });
  await call.until('the voice', () => hears(call.sound, VOICE_HZ));
  const speaker = page.getByRole('combobox', { name: 'Speaker' });
  await page.getByRole('slider', { name: 'Volume' }).fill('40');
  await speaker.selectOption('Fake Audio Output 1');
  const chosen = await speaker.inputValue();
  await expect.poll(async () => (await asked()).speakers.at(-1)).toBe(chosen);
  expect((await asked()).volumes.at(-1)).toBeCloseTo(0.4);
  await page.reload();
  await sees(page.getByRole('status', { name: 'Connection' }), 'Ready');
  expect(await page.getByRole('slider', { name: 'Volume' }).inputValue()).toBe('40');
  expect((await asked()).speakers).toContain(chosen);
  await button('Call').click();
  await sees(page, 'Connected');
  expect((await asked()).microphones[0]).toMatchObject({ echoCancellation: false });
});

test('A muted microphone stays muted when another one is chosen', async () => {
  const { page, exchange } = world;
  const asked = await listen();
  await world.open();
  await page.getByRole('checkbox', { name: 'Reduce echo and noise' }).uncheck();
  await button('Call').click();
  await sees(page, 'Connected');
  const call = await exchange.call();
  await call.until('the voice', () => hears(call.sound, VOICE_HZ));
  await button('Mute').click();
  await call.until('silence', () => !hears(call.sound, VOICE_HZ));
  await page.getByRole('combobox', { name: 'Microphone' }).selectOption('Fake Audio Input 2');
  await expect.poll(async () => (await asked()).microphones.length).toBe(2);
  const before = call.sound.packets;
  await call.until('more packets', () => call.sound.packets > before + 50);
  expect(hears(call.sound, VOICE_HZ)).toBe(false);
  await button('Unmute').click();
  await call.until('the voice again', () => hears(call.sound, VOICE_HZ));
});

test('A device that is plugged in appears in the list', async () => {
  const { page } = world;
  await world.open();
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const plugged = { kind: 'audioinput', deviceId: 'new', label: 'Headset', groupId: '' };
    mediaDevices.enumerateDevices = async () => [plugged as MediaDeviceInfo];
    mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await page.getByRole('option', { name: 'Headset' }).waitFor({ state: 'attached' });
});
