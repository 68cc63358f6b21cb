import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#testkit';
import { type Browser, launchBrowser } from '../../testkit/browser.ts';
import { CHIME_CLIENT_FLAGS, ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import { CuttableLink } from '../../testkit/chime-client/cuttable-link.ts';
import { SmallRuntime } from './small-runtime.ts';

/** `amazon-chime-sdk-js` as published, in Chromium, against our signalling, meeting host and media thread. */

const ANN_HZ = 440;
const BOB_HZ = 1200;
/** Above what telephones carry. */
const HIGH_HZ = 9000;

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
  expect(runtime.signalling.connections).toBe(0);
  expect(runtime.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  for (const token of runtime.tokens()) expect(runtime.logged.join('\n')).not.toContain(token);
});

async function page(): Promise<ChimeClient> {
  const client = await ChimeClient.open(browser.context);
  open.push(client);
  return client;
}

/** Two clients in a meeting, each sending a tone; Bob's wavers as a voice does. */
async function annAndBob(annsUrl?: string) {
  const ann = runtime.attendee('Ann', annsUrl);
  const bob = runtime.attendee('Bob');
  const [annsPage, bobsPage] = [await page(), await page()];
  await annsPage.joinAndStart(ann, { microphone: { hz: ANN_HZ } });
  await bobsPage.joinAndStart(bob, { microphone: { hz: BOB_HZ, wavering: true } });
  await annsPage.untilPresent([ann.id, bob.id]);
  await bobsPage.untilPresent([ann.id, bob.id]);
  return { ann: annsPage, bob: bobsPage, ids: { ann: ann.id, bob: bob.id }, again: ann };
}

describe('in a meeting', () => {
  it('Two clients hear and see each other, but not themselves', async () => {
    const { ann, bob, ids } = await annAndBob();
    await bob.untilHears(ANN_HZ);
    await ann.untilHears(BOB_HZ);
    expect(await bob.hears(BOB_HZ)).toBe(false);
    await ann.until('Bob speaks', ({ activeSpeakers }) => activeSpeakers.includes(ids.bob));
    const { present, events } = await bob.state();
    expect(present.map(({ externalUserId }) => externalUserId).sort()).toEqual(['Ann', 'Bob']);
    expect(events.filter(({ what }) => what.startsWith('again'))).toEqual([]);
    await ann.setMicrophone({ hz: HIGH_HZ });
    await bob.untilHears(HIGH_HZ);
    await bob.untilHears(ANN_HZ, false);
  });

  it('A client mutes itself, or the operator does; everybody sees it', async () => {
    const { ann, bob, ids } = await annAndBob();
    const annIsMuted = (muted: boolean) =>
      bob.until(`Ann is ${muted ? '' : 'not '}muted`, ({ present }) =>
        present.some((seen) => seen.attendeeId === ids.ann && seen.muted === muted),
      );
    await bob.untilHears(ANN_HZ);
    await ann.mute();
    await annIsMuted(true);
    await bob.untilHears(ANN_HZ, false);
    expect(await ann.unmute()).toBe(true);
    await annIsMuted(false);
    await bob.untilHears(ANN_HZ);
    expect(runtime.meetings.setMuted(runtime.meetingId, [ids.ann], true)).toBeUndefined();
    await annIsMuted(true);
    await bob.untilHears(ANN_HZ, false);
    runtime.meetings.setMuted(runtime.meetingId, [ids.ann], false);
    await bob.untilHears(ANN_HZ);
  });

  it('A client that joins muted is seen as such; messages reach everybody', async () => {
    const { ann, bob, ids } = await annAndBob();
    await ann.send('chat', 'hello', 60_000);
    for (const client of [ann, bob]) {
      const { messages } = await client.until('a message', (state) => state.messages.length > 0);
      expect(messages).toEqual([
        {
          topic: 'chat',
          text: 'hello',
          senderAttendeeId: ids.ann,
          senderExternalUserId: 'Ann',
          throttled: false,
        },
      ]);
    }
    const eve = runtime.attendee('Eve');
    const evesPage = await page();
    await evesPage.joinAndStart(eve, { muted: true });
    await evesPage.until('the message', ({ messages }) => messages[0]?.text === 'hello');
    await bob.until('Eve is muted', ({ present }) =>
      present.some(({ attendeeId, muted }) => attendeeId === eve.id && muted === true),
    );
  });
});

describe('coming and going', () => {
  it('A client whose socket is cut reconnects by itself', async () => {
    const link = await CuttableLink.to(runtime.url);
    const { ann, bob, ids } = await annAndBob(link.url);
    await bob.untilHears(ANN_HZ);
    link.cut();
    await bob.until('Ann is gone', ({ events }) => events.some(({ what }) => what === `dropped ${ids.ann}`));
    link.mend();
    await ann.until(
      'started again',
      ({ events }) => events.filter(({ what }) => what === 'started').length === 2,
    );
    await bob.untilPresent([ids.ann, ids.bob]);
    await ann.untilPresent([ids.ann, ids.bob]);
    await bob.untilHears(ANN_HZ);
    await ann.untilHears(BOB_HZ);
    await expect.poll(async () => (await runtime.media.stats()).legs).toBe(2);
    await ann.leave();
    await link.close();
  });

  it('One client leaves, another is removed, and the meeting ends', async () => {
    const { ann, bob, ids } = await annAndBob();
    const eve = runtime.attendee('Eve');
    const evesPage = await page();
    await evesPage.joinAndStart(eve);
    await ann.leave();
    expect((await ann.state()).stopped).toBe('Left');
    await bob.untilPresent([ids.bob, eve.id]);
    await bob.until('Ann left', ({ events }) => events.some(({ what }) => what === `left ${ids.ann}`));
    runtime.remove(eve.id);
    expect(await evesPage.untilStopped()).toBe('AudioAttendeeRemoved');
    await bob.untilPresent([ids.bob]);
    runtime.endMeeting();
    expect(await bob.untilStopped()).toBe('MeetingEnded');
    await expect.poll(() => runtime.media.stats()).toMatchObject({ legs: 0, meetings: 0 });
  });

  it('A client that joins twice is told so on its first connection', async () => {
    const { ann, bob, ids, again } = await annAndBob();
    const second = await page();
    await second.joinAndStart(again, { microphone: { hz: HIGH_HZ } });
    expect(await ann.untilStopped()).toBe('AudioJoinedFromAnotherDevice');
    await bob.untilHears(HIGH_HZ);
    await bob.untilPresent([ids.ann, ids.bob]);
  });

  it('A client that comes and goes twenty times leaves nothing behind', async () => {
    const client = await page();
    const ann = runtime.attendee('Ann');
    const visit = async () => {
      await client.joinAndStart(ann, { microphone: { hz: ANN_HZ } });
      await client.untilPresent([ann.id]);
      await client.leave();
    };
    const resources = async () => {
      await eventually(() => runtime.signalling.connections === 0);
      return process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate').length;
    };
    await visit();
    const before = await resources();
    for (let i = 0; i < 20; i++) await visit();
    await expect.poll(resources).toBeLessThanOrEqual(before);
    await expect.poll(() => runtime.media.stats()).toMatchObject({ legs: 0, meetings: 0 });
  });

  it('A client is told of a wrong token or an ended meeting', async () => {
    const wrong = runtime.attendee('Ann');
    const client = await page();
    await client.join({ ...wrong, attendee: { ...wrong.attendee, JoinToken: 'wrong' } });
    expect(await client.untilStopped()).toBe('AudioAuthenticationRejected');
    const late = runtime.attendee('Bob');
    runtime.endMeeting();
    const latePage = await page();
    await latePage.join(late);
    expect(await latePage.untilStopped()).toBe('MeetingEnded');
  });
});
