import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '#testkit';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { installEars } from '../../testkit/page-phone/ears-in-page.ts';
import { pagePhoneFlags } from '../../testkit/page-phone/page-phone.ts';

/** The ears of the page phone miss nothing of a call while its page is held up. */

const HZ = 870;
const TONE_MS = 300;
const STALL_MS = 500;
/** The policy of the runtime's pages. */
const POLICY = "default-src 'none'; script-src 'self'";

let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').setHeader('content-security-policy', POLICY);
    response.end('<!doctype html><title>Ears</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser({ microphone: 'given', flags: pagePhoneFlags('') });
  page = await browser.context.newPage();
  await page.addInitScript(installEars, { hz: [HZ] });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Sets up a call between two ends within the page, one of which plays a tone when `window.say` is called. */
function callWithinPage(hz: number): Promise<void> {
  const ends = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  const [listener, speaker] = ends;
  ends.forEach((end, index) => {
    end.onicecandidate = ({ candidate }) => void ends[1 - index]?.addIceCandidate(candidate ?? undefined);
  });
  const audio = new AudioContext();
  const out = audio.createMediaStreamDestination();
  const tone = new OscillatorNode(audio, { frequency: hz });
  const gain = new GainNode(audio, { gain: 0 });
  tone.connect(gain).connect(out);
  tone.start();
  for (const track of out.stream.getTracks()) speaker.addTrack(track, out.stream);
  listener.addTransceiver('audio', { direction: 'recvonly' });
  listener.ontrack = ({ track }) => {
    const player = new Audio();
    player.srcObject = new MediaStream([track]);
    void player.play();
  };
  Object.assign(window, {
    say(ms: number) {
      const begin = audio.currentTime + 0.1;
      gain.gain.setValueAtTime(0.3, begin).setValueAtTime(0, begin + ms / 1000);
    },
  });
  return (async () => {
    await listener.setLocalDescription();
    await speaker.setRemoteDescription(listener.localDescription as RTCSessionDescription);
    await speaker.setLocalDescription();
    await listener.setRemoteDescription(speaker.localDescription as RTCSessionDescription);
  })();
}

it('A tone that passes while the page is held up is heard', async () => {
  await page.evaluate(callWithinPage, HZ);
  await eventually('sound comes', () => page.evaluate(() => window.ears.now() > 50));
  const { before, after } = await page.evaluate(
    ([toneMs, stallMs]) => {
      const from = window.ears.now();
      (window as unknown as { say(ms: number): void }).say(toneMs);
      const end = performance.now() + stallMs;
      while (performance.now() < end);
      return { before: from, after: window.ears.now() };
    },
    [TONE_MS, STALL_MS] as const,
  );
  expect(after, 'the page was held up').toBe(before);
  const find = () =>
    page.evaluate(([from, hz]) => window.ears.find(from, 3, { hz, there: true }), [before, HZ] as const);
  await eventually(`${HZ} Hz`, find);
});
