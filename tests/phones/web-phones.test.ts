import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import {
  WEB_PHONE_FLAGS,
  type WebPhone,
  type WebPhoneLibrary,
  WebPhoneServer,
} from '../../testkit/web-phones/web-phone.ts';
import { Switchboard } from './switchboard.ts';

const NUMBER = '+15557770001';
const OTHER = '+15557770002';
const SERVICE = '+15551230000';
const OURS = '+15559990000';
const TONE_HZ = 440;
const OTHER_HZ = 700;
const KEYS = '1234567890*#';

let board: Switchboard;
let server: WebPhoneServer;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser({ microphone: 'given', flags: WEB_PHONE_FLAGS });
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  board = await Switchboard.start();
  server = await WebPhoneServer.start((...upgrade) => board.sip.acceptWebSocket(...upgrade));
});
afterEach(async () => {
  for (const page of browser.context.pages().slice(1)) await page.close();
  await board.close();
  await server.close();
});

async function register(
  library: WebPhoneLibrary,
  options: { number?: string; toneHz?: number; codecs?: string[] } = {},
): Promise<WebPhone> {
  const phone = await server.phone(browser.context, library, { number: NUMBER, toneHz: TONE_HZ, ...options });
  await phone.until(/^registered/);
  return phone;
}

function digits(way: 'digit' | 'info'): string {
  return board.events.flatMap((told) => (told.startsWith(`${way} `) ? [told.slice(-1)] : [])).join('');
}

describe.each(['jssip', 'sipjs'] as const)('%s in a real browser', (library) => {
  it.each([
    ['PCMU', ['audio/PCMU']],
    ['opus', ['audio/opus']],
  ])('A call with %s is heard both ways, held, restarted, and ended', async (codec, codecs) => {
    const phone = await register(library, { codecs });
    expect(board.sip.registered()).toEqual([NUMBER]);
    await phone.call(SERVICE);
    await phone.until(/confirmed/);
    await board.until(/^up$/);
    await phone.untilConnection('connected');
    expect(board.arrived[0]).toMatchObject({ from: NUMBER, to: SERVICE, transport: 'ws' });
    const other = await register(library, { number: OTHER, toneHz: OTHER_HZ, codecs });
    await other.call(SERVICE);
    await other.untilHears(TONE_HZ);
    await phone.untilHears(OTHER_HZ);
    expect((await phone.inbound()).codec).toBe(`audio/${codec}`);

    await phone.press(KEYS, 'rtp');
    await board.until(/digit #/);
    expect(digits('digit')).toBe(KEYS);
    await phone.press('5', 'info');
    await board.until(/info 5/);

    await phone.hold(true);
    await phone.untilDeaf(OTHER_HZ);
    await phone.hold(false);
    await phone.untilHears(OTHER_HZ);
    await other.untilHears(TONE_HZ);
    await phone.restartIce();
    const { packets } = await phone.inbound();
    await phone.untilHears(OTHER_HZ);
    await expect.poll(async () => (await phone.inbound()).packets).toBeGreaterThan(packets + 50);
    await phone.untilHears(OTHER_HZ);

    await phone.hangUp();
    await board.until(/ended 0 far/);
    board.sip.hangUp(board.arrived[1]!.legId, 0);
    await other.until(/ended/);
    expect(board.sip.legs).toBe(0);
  });

  it('A called web phone answers, hears, is heard, and hung up', async () => {
    const phone = await register(library);
    const other = await register(library, { number: OTHER, toneHz: OTHER_HZ });
    board.sip.place({ legId: 'one', from: OURS, to: NUMBER });
    await phone.until(/called/);
    await board.until(/ringing/);
    await phone.answer();
    await board.until(/^up$/);
    board.sip.place({ legId: 'two', from: 'anonymous', to: OTHER });
    await other.until(/called/);
    await other.answer();
    await phone.untilHears(OTHER_HZ);
    await other.untilHears(TONE_HZ);
    expect((await phone.inbound()).codec).toBe('audio/PCMU');
    board.sip.hangUp('one', 0);
    await phone.until(/ended/);
    await other.hangUp();
    await board.until(/ended 0 far/);
    await phone.stop();
    await phone.until(/unregistered/);
    expect(board.sip.registered()).toEqual([OTHER]);
  });

  it('Either side gives up a ringing call, or refuses it', async () => {
    board.onArrived = ({ legId }) => board.sip.ring(legId);
    const phone = await register(library);
    await phone.call(SERVICE);
    await phone.until(/ringing/);
    await phone.hangUp();
    await board.until(/ended 487 far/);
    board.onArrived = ({ legId }) => board.sip.hangUp(legId, 404);
    await phone.call(SERVICE);
    await phone.until(/failed 404/);
    board.sip.place({ legId: 'one', from: OURS, to: NUMBER });
    await phone.until(/called/);
    board.sip.hangUp('one', 0);
    await board.until(/ended 487 us/);
    await phone.until(/failed|ended/, 3);
    board.sip.place({ legId: 'two', from: OURS, to: NUMBER });
    await phone.until(/called/, 2);
    await phone.hangUp();
    await board.until(/ended 48\d far/, 2);
    expect(board.sip.legs).toBe(0);
  });

  it('A second tab is refused the number until the first closes', async () => {
    const phone = await register(library);
    await phone.call(SERVICE);
    await board.until(/^up$/);
    const second = await server.phone(browser.context, library, { number: NUMBER });
    await second.until(/registration failed 403 Forbidden \(another telephone has this number\)/);
    await phone.page.close();
    await board.until(/ended 408 fault/);
    expect(board.sip.registered()).toEqual([]);
    await register(library);
  });
});
