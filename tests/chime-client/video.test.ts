import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { CHIME_CLIENT_FLAGS, ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import type { JoinOptions } from '../../testkit/chime-client/page-contract.ts';
import { SmallRuntime } from './small-runtime.ts';

/** Cameras and shared content between `amazon-chime-sdk-js` clients in Chromium, through the media thread. */

const ANN_HZ = 440;
const BOB_HZ = 1200;
const TAB_HZ = 3000;

let browser: Browser;
let runtime: SmallRuntime;
const open: ChimeClient[] = [];

beforeAll(async () => {
  browser = await launchBrowser({ microphone: 'given', flags: CHIME_CLIENT_FLAGS });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  runtime = await SmallRuntime.start();
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
  await runtime.close();
  expect(runtime.logged.filter((line) => line.startsWith('error'))).toEqual([]);
});

async function joined(meeting: ReturnType<SmallRuntime['attendee']>, options: JoinOptions = {}) {
  const client = await ChimeClient.open(browser.context);
  open.push(client);
  await client.joinAndStart(meeting, options);
  return client;
}

const sees = (attendeeId: string, seen: boolean) => (state: { videos: { attendeeId: string }[] }) =>
  state.videos.some((video) => video.attendeeId === attendeeId) === seen;

describe('a camera', () => {
  it('A camera stops and starts for all, later comers too; sound continues', async () => {
    const [ann, bob, eve] = ['Ann', 'Bob', 'Eve'].map((name) => runtime.attendee(name));
    const anns = await joined(ann!, { microphone: { hz: ANN_HZ } });
    const bobs = await joined(bob!, { microphone: { hz: BOB_HZ } });
    await bobs.untilHears(ANN_HZ);
    await anns.startCamera();
    const seen = await bobs.untilSees(ann!.id);
    expect(seen.width).toBeGreaterThanOrEqual(320);
    await bobs.untilHears(ANN_HZ);
    await anns.untilHears(BOB_HZ);
    await anns.setCamera(false);
    await bobs.until('no camera', sees(ann!.id, false));
    await anns.startCamera();
    await bobs.untilSees(ann!.id);
    const eves = await joined(eve!);
    await eves.untilSees(ann!.id);
    await bobs.startCamera();
    await anns.untilSees(bob!.id);
    await eves.untilSees(bob!.id);
    await eves.untilHears(ANN_HZ);
    for (const client of open)
      expect((await client.state()).events.map(({ what }) => what)).not.toContain('reconnecting');
    await anns.leave();
    await bobs.until('no camera', sees(ann!.id, false));
    await bobs.untilHears(ANN_HZ, false);
  });
});

describe('shared content', () => {
  it('Shared content is seen and heard by all but its sharer', async () => {
    const [ann, bob] = ['Ann', 'Bob'].map((name) => runtime.attendee(name));
    const anns = await joined(ann!, { microphone: { hz: ANN_HZ } });
    const bobs = await joined(bob!, { microphone: { hz: BOB_HZ } });
    expect(await anns.shareContent(TAB_HZ)).toBe('started');
    const content = `${ann!.id}#content`;
    await bobs.untilPresent([ann!.id, bob!.id, content]);
    await bobs.untilSees(content);
    await bobs.untilHears(TAB_HZ);
    await bobs.untilHears(ANN_HZ);
    await anns.untilHears(BOB_HZ);
    expect(await anns.hears(TAB_HZ)).toBe(false);
    await anns.stopContent();
    await bobs.until('no content', sees(content, false));
    await bobs.untilPresent([ann!.id, bob!.id]);
    await bobs.untilHears(TAB_HZ, false);
    await bobs.untilHears(ANN_HZ);
  });
});

describe('capabilities', () => {
  it('With None, camera and content go nowhere; audio is unaffected', async () => {
    const ann = runtime.attendee('Ann', runtime.url, { video: 'None', content: 'None' });
    const bob = runtime.attendee('Bob');
    const anns = await joined(ann, { microphone: { hz: ANN_HZ } });
    const bobs = await joined(bob, { microphone: { hz: BOB_HZ } });
    await anns.startCamera();
    await anns.untilLogged(/got subscribe ack/, 2);
    expect(await anns.shareContent()).toBe('stopped');
    await bobs.startCamera();
    await bobs.untilLogged(/got subscribe ack/, 2);
    await bobs.untilHears(ANN_HZ);
    await anns.untilHears(BOB_HZ);
    for (const client of open) {
      const { started, videos, events } = await client.state();
      expect([started, videos]).toEqual([true, []]);
      expect(events.map(({ what }) => what)).not.toContain('reconnecting');
    }
    expect(await runtime.media.stats()).toMatchObject({ forwardedVideo: 0, legs: 2 });
  });

  it('Changed capabilities for video and content take effect at once', async () => {
    const [ann, bob] = ['Ann', 'Bob'].map((name) => runtime.attendee(name));
    const anns = await joined(ann!, { microphone: { hz: ANN_HZ } });
    const bobs = await joined(bob!);
    await anns.startCamera();
    expect(await anns.shareContent()).toBe('started');
    const content = `${ann!.id}#content`;
    await bobs.untilSees(ann!.id);
    await bobs.untilSees(content);
    runtime.setCapabilities(ann!.id, { video: 'Receive', content: 'Receive' });
    await bobs.until('no video', ({ videos }) => videos.length === 0);
    await bobs.untilPresent([ann!.id, bob!.id]);
    runtime.setCapabilities(ann!.id, { video: 'SendReceive' });
    await bobs.untilSees(ann!.id);
    runtime.setCapabilities(bob!.id, { video: 'Send' });
    await bobs.until('no video', ({ videos }) => videos.length === 0);
    await bobs.untilHears(ANN_HZ);
  });
});
