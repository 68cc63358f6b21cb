import { expect, it } from 'vitest';
import { writeRtpPacket, writeTelephoneEvent } from '#rtp';
import type { LegKind } from './media-edge.ts';
import { StagedHost } from './testing/staged-host.ts';

const PHONE: LegKind = { transport: 'rtp', band: 'narrow' };
const EVENTS = 126;
const FRAME = 160;
const FRAME_MS = 20;
/**
 * Packets of a press, of which the last three have the end bit set; and time from its end to the next press,
 * ms.
 */
const PACKETS = 8;
const ENDS = 3;
const PAUSE_MS = 60;
/** Time for the keys that wait to be sent, ms. */
const REST_MS = 1_500;

/** Two connected telephones: `a` presses keys, `b` is listened to. */
async function connected(passesKeys = true) {
  const staged = new StagedHost();
  const [a, b] = [await staged.leg('a', PHONE), await staged.leg('b', PHONE)];
  for (const legId of ['a', 'b']) {
    staged.host.joinMeeting(legId, { meetingId: 'm', attendeeId: legId, muted: false, passesKeys });
  }
  let sequenceNumber = 0;
  let timestamp = 0;
  const press = (keys: string) => {
    for (const key of keys) {
      for (let n = 0; n < PACKETS; n++) {
        const duration = Math.min(n + 1, PACKETS - ENDS) * FRAME;
        const payload = writeTelephoneEvent(key, n >= PACKETS - ENDS, duration);
        const stream = { sequenceNumber: sequenceNumber++, timestamp, ssrc: 1 };
        a.send(writeRtpPacket({ marker: n === 0, payloadType: EVENTS, payload, ...stream }));
        staged.run(FRAME_MS);
      }
      staged.run(PAUSE_MS);
      timestamp += PACKETS * FRAME + 8 * PAUSE_MS;
    }
    staged.run(REST_MS);
  };
  const heardBy = () => b.listener.packets;
  const keys = () =>
    heardBy()
      .filter(({ payloadType, marker }) => payloadType === EVENTS && marker)
      .map(({ payload }) => '0123456789*#ABCD'[payload[0] ?? 16])
      .join('');
  return { staged, press, heardBy, keys };
}

it('Keys pressed on one side of a bridge reach the other side', async () => {
  const { staged, press, keys } = await connected();
  press('4815');
  expect(keys()).toBe('4815');
  expect(staged.log).toEqual(['a pressed 4', 'a pressed 8', 'a pressed 1', 'a pressed 5']);
});

it('Keys by INFO cross a bridge after those of SendDigits', async () => {
  const { staged, press, keys } = await connected();
  const keysOfAction = { playId: 'action', keys: '99', toneMs: 100, gapMs: 60, commaMs: 500 };
  staged.host.sendKeys('b', keysOfAction);
  for (const key of '48') staged.host.pressKey('a', key);
  press('');
  expect(keys()).toBe('9948');
  expect(staged.log).toEqual(['a pressed 4', 'a pressed 8', 'b heard action']);
});

it('A phone without events hears keys as tones, unless a prompt plays', async () => {
  const { staged, press, heardBy } = await connected();
  staged.connect('b', PHONE, { dtmfPayloadType: undefined as never });
  const sounds = () => heardBy().filter(({ payload }) => payload.some((code) => (code & 0x7f) < 0x60)).length;
  staged.run(100);
  press('4');
  const tone = sounds();
  expect(tone).toBeGreaterThanOrEqual(5);
  staged.host.loadAudio('prompt', new Int16Array(8_000));
  staged.host.play('b', { playId: 'prompt', audioId: 'prompt', repeat: 1 });
  press('8');
  expect(sounds()).toBe(tone);
  expect(staged.log).toEqual(['a pressed 4', 'a pressed 8', 'b heard prompt']);
});

it('Keys pressed in a meeting are not passed to other attendees', async () => {
  const { press, keys } = await connected(false);
  press('4815');
  expect(keys()).toBe('');
});
