import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JoinMeetingResponse } from '#contract';
import { endedUpdate, sendUpdate } from '#testkit';
import type { ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import {
  allHear,
  asMeeting,
  HZ,
  KINDS,
  type Kind,
  nobodyHears,
  type Three,
  threeKinds,
} from './three-kinds.ts';

/** A SIP telephone, the phone in a page and `amazon-chime-sdk-js`, through the unmodified application. */

const world = threeKinds();
let three: Three;
/** Another operator, who only listens: a client ignores what others report about its own mute. */
let witness: ChimeClient;
let witnessAs: JoinMeetingResponse['Attendee'];

beforeAll(async () => {
  three = await world.everybody('+15557771001', { voiceWavers: true });
  witness = await world.newClient();
  const answer = await world.joinAnswer('Receive');
  witnessAs = answer.Attendee;
  await witness.joinAndStart(asMeeting(answer));
});
afterAll(async () => {
  if (three) await world.sendHome(three);
});

/** The attendees that the AWS API lists, by external user id. */
async function listed(): Promise<string[]> {
  const { Attendees = [] } = await world.meetings.listAttendees({ MeetingId: three.meetingId });
  return Attendees.map(({ ExternalUserId = '' }) => ExternalUserId).sort();
}

/** Requests an update of a telephone's call, as an operator does, and waits until it is carried out. */
async function update(kind: 'phone' | 'page', updateInfo: 'MuteAttendee' | 'UnmuteAttendee'): Promise<void> {
  const transactionId = three.transactionIds[kind];
  const updateId = await sendUpdate(world.stack, 'Node', { transactionId, updateInfo });
  expect(await endedUpdate(world.stack, updateId)).toMatchObject({ status: 'done' });
}

/** Mutes or unmutes an attendee of that kind, as the web client does. */
async function setMuted(kind: Kind, muted: boolean): Promise<void> {
  if (kind !== 'client') return update(kind, muted ? 'MuteAttendee' : 'UnmuteAttendee');
  const attendee = { meetingId: three.meetingId, attendeeId: three.parties.client.attendeeId };
  const audio = muted ? 'Receive' : 'SendReceive';
  const { status, body } = await world.stack.post('/setAttendeeAudio', { ...attendee, audio });
  expect([status, body]).toMatchObject([200, { muted }]);
}

/** Waits until the witness is told that an attendee is muted, or is not. */
function untilSeenMuted(kind: Kind, muted: boolean) {
  return witness.until(`${kind} ${muted ? '' : 'not '}muted`, ({ present }) =>
    present.some((seen) => seen.attendeeId === three.parties[kind].attendeeId && seen.muted === muted),
  );
}

/** Makes only that one speak. */
async function onlySpeaks(kind: Kind): Promise<void> {
  three.phone.line.sayTone(kind === 'phone' ? HZ.phone : 0, { wavers: true });
  await three.client.setMicrophone(kind === 'client' ? { hz: HZ.client, wavering: true } : 'none');
  const mute = three.page.page.getByRole('button', {
    name: kind === 'page' ? 'Unmute' : 'Mute',
    exact: true,
  });
  if ((await mute.count()) > 0) await mute.click();
}

async function allSpeak(): Promise<void> {
  three.phone.line.sayTone(HZ.phone);
  await three.client.setMicrophone({ hz: HZ.client });
  const unmute = three.page.page.getByRole('button', { name: 'Unmute', exact: true });
  if ((await unmute.count()) > 0) await unmute.click();
}

describe('a telephone, a page and a meeting client in one meeting', () => {
  it('All three hear each other; the client is told who they are', async () => {
    await allHear(three);
    for (const kind of KINDS) await three.parties[kind].untilHears(HZ[kind], false);
    const ids = KINDS.map((kind) => three.parties[kind].attendeeId);
    const names = KINDS.map((kind) => three.parties[kind].externalUserId);
    names.push(witnessAs.ExternalUserId);
    names.sort();
    for (const client of [three.client, witness]) {
      const present = await client.untilPresent([...ids, witnessAs.AttendeeId]);
      expect(present.map(({ externalUserId }) => externalUserId).sort()).toEqual(names);
    }
    await three.client.until('the listener is muted, the others are not', ({ present }) =>
      present.every(({ attendeeId, muted }) => muted === (attendeeId === witnessAs.AttendeeId)),
    );
    expect(await listed()).toEqual(names);
    expect(three.parties.client.externalUserId).toMatch(/^operator:Ann#/);
    for (const { meetingId } of (await world.stack.queryMeetings()).Items)
      expect(meetingId).toBe(three.meetingId);
  });

  it.each(KINDS)('The client is told when the %s speaks, and how loudly', async (kind) => {
    await onlySpeaks(kind);
    const { attendeeId } = three.parties[kind];
    await three.client.until(
      `only ${kind} is loud and the active speaker`,
      ({ present, activeSpeakers }) =>
        activeSpeakers[0] === attendeeId &&
        activeSpeakers.length === 1 &&
        present.every((seen) => seen.attendeeId === attendeeId || !seen.volume) &&
        present.some((seen) => seen.attendeeId === attendeeId && (seen.volume ?? 0) > 0.1),
    );
    await allSpeak();
    await allHear(three);
  });

  it.each(KINDS)('An operator mutes the %s for the others, until it is unmuted', async (kind) => {
    const others = KINDS.filter((other) => other !== kind);
    await setMuted(kind, true);
    await nobodyHears(three, kind);
    await untilSeenMuted(kind, true);
    await allHear(three, others);
    const { Items, Browsers } = await world.stack.queryMeetings();
    const { attendeeId } = three.parties[kind];
    expect([...Items, ...Browsers].find((row) => row.attendeeId === attendeeId)).toMatchObject({
      muted: true,
    });
    if (kind === 'client') expect((await three.client.state()).started).toBe(true);
    await setMuted(kind, false);
    await allHear(three);
    await untilSeenMuted(kind, false);
  });
});

describe('capabilities, by the AWS SDK', () => {
  const set = (kind: Kind, Audio: 'SendReceive' | 'Send' | 'Receive' | 'None') =>
    world.meetings.updateAttendeeCapabilities({
      MeetingId: three.meetingId,
      AttendeeId: three.parties[kind].attendeeId,
      Capabilities: { Audio, Video: 'None', Content: 'None' },
    });

  /** Checks that this one hears nothing of the two others. */
  async function isDeaf(kind: Kind): Promise<void> {
    for (const other of KINDS) if (other !== kind) await three.parties[kind].untilHears(HZ[other], false);
  }

  it.each(KINDS)('The %s may only hear, only speak, nothing, and everything again', async (kind) => {
    const others = KINDS.filter((other) => other !== kind);
    await set(kind, 'Receive');
    await nobodyHears(three, kind);
    await untilSeenMuted(kind, true);
    await allHear(three, others);

    await set(kind, 'Send');
    await isDeaf(kind);
    for (const other of others) await three.parties[other].untilHears(HZ[kind]);

    await set(kind, 'None');
    await nobodyHears(three, kind);
    await isDeaf(kind);

    const { Attendee } = await set(kind, 'SendReceive');
    expect(Attendee?.Capabilities).toMatchObject({ Audio: 'SendReceive' });
    await allHear(three);
    await untilSeenMuted(kind, false);
  });

  it('The capabilities of all but one are changed at once', async () => {
    const all = (Audio: 'SendReceive' | 'Receive') =>
      world.meetings.batchUpdateAttendeeCapabilitiesExcept({
        MeetingId: three.meetingId,
        ExcludedAttendeeIds: [{ AttendeeId: three.parties.page.attendeeId }],
        Capabilities: { Audio, Video: 'None', Content: 'None' },
      });
    await all('Receive');
    await nobodyHears(three, 'phone');
    await nobodyHears(three, 'client');
    await allHear(three, ['page']);
    await all('SendReceive');
    await allHear(three);
  });

  it.each([
    ['Receive', true, false],
    ['Send', false, true],
    ['None', false, false],
  ] as const)('%s from the start', async (Audio, hears, isHeard) => {
    const { Attendee } = await world.meetings.createAttendee({
      MeetingId: three.meetingId,
      ExternalUserId: `late-${Audio}`,
      Capabilities: { Audio, Video: 'None', Content: 'None' },
    });
    // Only the late client is to play this tone.
    await three.client.setMicrophone('none');
    await three.parties.phone.untilHears(HZ.client, false);
    const late = await world.newClient();
    await late.joinAndStart(
      { ...asMeeting(three.answer), attendee: { ...Attendee } },
      { microphone: { hz: HZ.client } },
    );
    await witness.until(`late is ${isHeard ? 'open' : 'muted'}`, ({ present }) =>
      present.some((seen) => seen.attendeeId === Attendee?.AttendeeId && seen.muted === !isHeard),
    );
    await late.untilHears(HZ.phone, hears);
    await late.untilHears(HZ.page, hears);
    await three.parties.phone.untilHears(HZ.client, isHeard);
    await three.parties.page.untilHears(HZ.client, isHeard);
    await late.leave();
    await late.close();
    await allSpeak();
    await allHear(three);
  });
});
