import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hears, hearsSilence, join, plantTones, RunningStack, rowOf, rowsGone, waitForTone } from '#testkit';
import { FirefoxPage } from '../../testkit/firefox.ts';
import { VOICES } from '../../testkit/page-phone/page-phone.ts';

/**
 * The same page in another make of browser. Firefox sends no media to 127.0.0.1, so the runtime listens on
 * the machine's address. Without a sound card Firefox runs no AudioContext: what it hears is measured by its
 * energy counter, and what it says by a telephone.
 */

const OTHER = '+15557770042';
/** Frequency of Firefox's fake microphone. */
const MICROPHONE_HZ = 1000;
/** Milliseconds between measurements; together they are longer than the welcome of `PROMPT_TONES`. */
const LOOK_MS = 250;
const LOOKS = 3;

const onNetwork = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ internal, family }) => !internal && family === 'IPv4'),
);

describe.skipIf(!onNetwork)('in Firefox', () => {
  let stack: RunningStack;
  let firefox: FirefoxPage;

  beforeAll(async () => {
    stack = await RunningStack.start(['--ephemeral', '--lan']);
    await plantTones(stack);
    firefox = await FirefoxPage.open(stack.endpoints.phone);
    await firefox.evaluate(`(() => {
      const Original = RTCPeerConnection;
      window.RTCPeerConnection = class extends Original {
        constructor(configuration) {
          super(configuration);
          window.newest = this;
        }
      };
    })()`);
  });
  afterAll(async () => {
    await firefox?.close();
    await stack?.stop();
  });

  const body = () => firefox.evaluate<string>('document.body.innerText');
  const sees = (text: string) => expect.poll(body).toContain(text);
  const press = (button: string) =>
    firefox.evaluate(
      `[...document.querySelectorAll('button')].find(({ innerText }) => innerText.trim() === '${button}').click()`,
    );
  const choose = (codec: string) =>
    firefox.evaluate(
      `[...document.querySelectorAll('label')].find(({ innerText }) => innerText.trim() === '${codec}').click()`,
    );
  /** Energy of all the sound received (W3C webrtc-stats, `totalAudioEnergy`). */
  const energy = () =>
    firefox.evaluate<number>(
      `newest.getStats().then((all) => [...all.values()].find(({ type }) => type === 'inbound-rtp')?.totalAudioEnergy ?? 0)`,
    );
  const untilLouder = async (what: string) => {
    const before = await energy();
    await expect.poll(energy, { message: what }).toBeGreaterThan(before + 0.001);
  };

  /**
   * Waits for three measurements in a row with more energy each time: longer than the welcome, so it is the
   * prompt for the PIN.
   */
  const untilItAsks = async () => {
    let [before, risen] = [await energy(), 0];
    await expect
      .poll(
        async () => {
          const now = await energy();
          risen = now > before ? risen + 1 : 0;
          before = now;
          return risen;
        },
        { interval: LOOK_MS },
      )
      .toBeGreaterThanOrEqual(LOOKS);
  };

  const keyPin = () =>
    firefox.evaluate(`[...'${stack.endpoints.pin}'].forEach((key) =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })))`);
  const codec = () =>
    firefox.evaluate<string>(`newest.getStats().then((all) => {
      const heard = [...all.values()].find(({ type }) => type === 'inbound-rtp');
      return all.get(heard?.codecId)?.mimeType ?? '';
    })`);

  it('A call from Firefox keys its PIN, hears and is heard', async () => {
    await sees('Ready');
    // A noise suppressor takes a steady tone for noise.
    await firefox.evaluate(`document.querySelector('input[type="checkbox"]').click()`);
    await choose('Telephone (PCMU)');
    await press('Call');
    await sees('Connected');
    await untilLouder('the welcome');
    await untilItAsks();
    await keyPin();
    const own = /\+1604\d{7}/.exec(await body())?.[0] ?? '';
    expect(await rowOf(stack, own)).toMatchObject({ toNumber: stack.endpoints.phoneNumber });

    expect(await codec()).toBe('audio/PCMU');

    const other = await join(stack, OTHER);
    await waitForTone(other, MICROPHONE_HZ);
    other.line.sayTone(VOICES.telephone);
    await untilLouder('the telephone');
    await press('Mute');
    await other.until('silence', () => hearsSilence(other));
    await press('Unmute');
    await other.until('the voice', () => hears(other, MICROPHONE_HZ));
    await press('Hang up');
    await sees('You hung up');
    await rowsGone(stack, own);
    await other.hangUp();
  });

  it('Keys arrive from Firefox by Opus', async () => {
    await sees('Ready');
    await choose('Opus');
    await press('Call');
    await sees('Connected');
    await untilLouder('the welcome');
    await keyPin();
    const own = /\+1604\d{7}/.exec(await body())?.[0] ?? '';
    expect(await rowOf(stack, own)).toMatchObject({ toNumber: stack.endpoints.phoneNumber });
    expect(await codec()).toBe('audio/opus');
    await press('Hang up');
    await rowsGone(stack, own);
  });
});
