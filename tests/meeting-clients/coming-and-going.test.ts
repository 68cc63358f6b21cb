import { expect, it } from 'vitest';
import type { JoinMeetingResponse } from '#contract';
import { eventually, hzOf, RuntimeFromOutside, rowsGone, waitForTone } from '#testkit';
import type { ChimeClient } from '../../testkit/chime-client/chime-client.ts';
import type { PagePhone } from '../../testkit/page-phone/page-phone.ts';
import { allHear, asMeeting, HZ, intoTheMeeting, nobodyHears, threeKinds } from './three-kinds.ts';

/** How participants leave a meeting, or are removed, and what remains of them. */

const VISITS = 20;
/** Clients, and pages that dial in, which visit in parallel. */
const CLIENTS = 2;
const PAGES = 4;
const world = threeKinds();

/** What the web client sends when it has left. */
async function remove({ Meeting, Attendee }: JoinMeetingResponse): Promise<void> {
  const attendee = { meetingId: Meeting.MeetingId, attendeeId: Attendee.AttendeeId };
  expect((await world.stack.post('/removeAttendee', attendee)).status).toBe(200);
}

it('Deleting an attendee or a meeting ends its connections and tokens', async () => {
  const three = await world.everybody('+15557772001', { codec: 'Opus' });
  const { phone, page, client, parties, meetingId, answer } = three;
  await allHear(three);
  await world.meetings.deleteAttendee({ MeetingId: meetingId, AttendeeId: parties.client.attendeeId });
  expect(await client.untilStopped()).toBe('AudioAttendeeRemoved');
  await nobodyHears(three, 'client');
  await parties.phone.untilHears(HZ.page);
  await parties.page.untilHears(HZ.phone);
  await client.join(asMeeting(answer));
  expect(await client.untilStopped()).toBe('AudioAuthenticationRejected');

  const again = await world.joinAnswer();
  expect(again.Meeting.MeetingId).toBe(meetingId);
  await client.joinAndStart(asMeeting(again), { microphone: { hz: HZ.client } });
  await allHear(three);
  await page.listenFromNow();
  // Played by the application when it is told that LEG-B has ended.
  const said = Promise.all([
    waitForTone(phone, hzOf('meeting-ended.wav')),
    page.untilHears(hzOf('meeting-ended.wav')),
  ]);
  await world.meetings.deleteMeeting({ MeetingId: meetingId });
  expect(await client.untilStopped()).toBe('MeetingEnded');
  await said;
  await phone.until('BYE', () => phone.ended);
  await page.sees('The other end hung up');
  await rowsGone(world.stack, parties.phone.externalUserId, parties.page.externalUserId);
  await client.join(asMeeting(again));
  expect(await client.untilStopped()).toBe('MeetingEnded');
  await world.sendHome(three);
});

it('The token of another meeting is refused, in either meeting', async () => {
  const { Meeting: other } = await world.meetings.createMeeting({
    ClientRequestToken: 'other',
    ExternalMeetingId: 'other',
    MediaRegion: world.stack.endpoints.awsRegion,
  });
  const { Attendee: stranger } = await world.meetings.createAttendee({
    MeetingId: other?.MeetingId,
    ExternalUserId: 'stranger',
  });
  const first = await world.joinAnswer();
  const client = await world.newClient();
  await client.join({ meeting: first.Meeting, attendee: { ...stranger } });
  expect(await client.untilStopped()).toBe('AudioAuthenticationRejected');
  await client.join({ meeting: { ...other }, attendee: first.Attendee });
  expect(await client.untilStopped()).toBe('AudioAuthenticationRejected');
  await client.joinAndStart({ meeting: { ...other }, attendee: { ...stranger } });
  await client.untilPresent([stranger?.AttendeeId ?? '']);
  await world.meetings.deleteMeeting({ MeetingId: other?.MeetingId });
  expect(await client.untilStopped()).toBe('MeetingEnded');
  await remove(first);
  await client.close();
});

it(`${VISITS} visits of the client and of page phones leave nothing behind`, async () => {
  const runtime = new RuntimeFromOutside(world.stack);
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => world.newClient()));
  const pages = await Promise.all(Array.from({ length: PAGES }, () => world.newPage()));
  const numbers = await Promise.all(pages.map((page) => page.ownNumber()));
  const byClient = async (client: ChimeClient) => {
    const answer = await world.joinAnswer();
    await client.joinAndStart(asMeeting(answer), { microphone: { hz: HZ.client } });
    await client.leave();
    await remove(answer);
    return answer.Meeting.MeetingId;
  };
  const byPage = async (page: PagePhone) => {
    await intoTheMeeting(page);
    await page.press('Hang up');
    await page.sees('You hung up');
  };
  const [meetingId] = await Promise.all(clients.map(byClient));
  await Promise.all(pages.map(byPage));
  await rowsGone(world.stack, ...numbers);
  const before = {
    connections: runtime.connections(),
    udp: runtime.udpPorts().length,
    residentMb: runtime.residentMb,
  };
  const often = async (times: number, visit: () => Promise<unknown>) => {
    for (let i = 0; i < times; i++) await visit();
  };
  await Promise.all([
    ...clients.map((client) => often(VISITS / CLIENTS, () => byClient(client))),
    ...pages.map((page) => often(VISITS / PAGES, () => byPage(page))),
  ]);
  await rowsGone(world.stack, ...numbers);
  const { Browsers, Items } = await world.stack.queryMeetings();
  expect([Browsers.filter((row) => row.meetingId === meetingId), Items]).toEqual([[], []]);
  expect((await world.meetings.listAttendees({ MeetingId: meetingId })).Attendees).toEqual([]);
  await eventually('as few sockets of sound as before', () => runtime.udpPorts().length <= before.udp);
  await eventually('as few connections as before', () => runtime.connections() <= before.connections, {
    instead: () => `${before.connections} before, ${runtime.connections()} after`,
  });
  console.info(
    `Resident: ${before.residentMb} MB before, ${runtime.residentMb} MB after ${VISITS} visits each.`,
  );
  for (const page of pages) await page.page.close();
  for (const client of clients) await client.close();
  expect(world.logged.log()).not.toMatch(/ error /);
});
