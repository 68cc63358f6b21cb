import type { Action } from 'pstn-audio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tone, writeWav } from '#audio';
import { Faults } from '#faults';
import { eventually, waitForTone } from '#testkit';
import { bridgeTo, bucketOf, CALLER, CallWorld, onArrival } from './testing/call-world.ts';

const HZ = 500;
const RATE = 8000;
/** Long enough for a call to survive if the process is delayed. */
const MEDIA_LOST_MS = 1_000;
/** The number of packets among which lost ones are counted. */
const SOME_PACKETS = 50;
/** An eightieth of the default timers: a phone that does not respond within 64*T1 has gone. */
const SIP_TIMERS = { T1: 20, T2: 80, T4: 100 };
const PROMPT = writeWav({ sampleRate: RATE, samples: tone(HZ, 20 * RATE, RATE) });
const PLAY: Action = {
  Type: 'PlayAudio',
  Parameters: { AudioSource: { Type: 'S3', BucketName: 'prompts', Key: 'long.wav' } },
};

let world: CallWorld;
let faults: Faults;

beforeEach(async () => {
  world = new CallWorld();
  faults = new Faults(() => {});
  const times = { mediaLostAfterMs: MEDIA_LOST_MS, sipTimers: SIP_TIMERS };
  await world.start({ s3: bucketOf(PROMPT) }, { ...times, faults });
});
afterEach(() => world.close());

const hangUps = () =>
  world.events
    .filter(({ InvocationEventType }) => InvocationEventType === 'HANGUP')
    .map((event) => event.ActionData);

it('A caller hears the rest while a share of packets is lost', async () => {
  world.functions.first = onArrival(PLAY);
  const phone = await world.dial();
  await waitForTone(phone, HZ);
  faults.switchOn('lost-packets', { of: CALLER, percent: 50, direction: 'to-phone' });
  const { heard } = phone.line;
  // The media thread is told of the fault asynchronously.
  await phone.until('about half of what was sent', () => {
    const newest = heard.slice(-SOME_PACKETS);
    const sent = ((newest.at(-1)?.sequence ?? 0) - (newest[0]?.sequence ?? 0)) & 0xffff;
    const share = newest.length / (sent + 1);
    return newest.length === SOME_PACKETS && share > 0.25 && share < 0.8;
  });
  faults.switchOn('lost-packets', { percent: 100 });
  await waitForSilence(phone.line);
  faults.switchOff('lost-packets');
  await waitForTone(phone, HZ);
  await phone.hangUp();
});

it('A telephone that vanishes is not heard, and HANGUP reports it', async () => {
  world.functions.first = onArrival(PLAY);
  const phone = await world.dial();
  await waitForTone(phone, HZ);
  faults.switchOn('vanished-phone', { of: CALLER, times: 1 });
  await eventually('HANGUP', () => hangUps().length === 1);
  expect(hangUps()).toMatchObject([{ Parameters: { SipResponseCode: 408 } }]);
  // The fault ends with the leg: the real telephone is told that it was hung up.
  await phone.until('a BYE', () => phone.ended);
  await eventually('no call left', () => world.server.host.size === 0);
  phone.close();
});

it('An answerer on this machine can vanish as well', async () => {
  world.functions.first = onArrival(bridgeTo('+12065550123'));
  const phone = await world.dial();
  await phone.answered();
  faults.switchOn('vanished-phone', { of: 'LEG-B' });
  await eventually('HANGUP', () => hangUps().length === 1);
  expect(hangUps()).toMatchObject([{ Parameters: { ParticipantTag: 'LEG-B', SipResponseCode: 408 } }]);
  await phone.hangUp();
});

/** Waits until no packet has come for the time of five packets. */
async function waitForSilence(line: { heard: { length: number } }): Promise<void> {
  let last = -1;
  await expect
    .poll(
      () => {
        const same = line.heard.length === last;
        last = line.heard.length;
        return same;
      },
      { interval: 100 },
    )
    .toBe(true);
}
