import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal, silentLog, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import type { CallControl } from '../../ports.ts';
import { ask } from '../../testing/ask.ts';
import { ACCOUNT } from '../../testing/endpoint.ts';
import { createChimeService } from '../service.ts';
import { createChimeVoice } from '../voice/voice.ts';
import { type ChimeMeetings, startChimeMeetings } from './meetings.ts';

let meetings: ChimeMeetings;
beforeEach(() => {
  meetings = startChimeMeetings({
    ...common(),
    observer: { onAttendeeRemoved() {}, onCapabilitiesChanged() {} },
    log: silentLog,
  });
});
afterEach(() => meetings.close());

const common = () => ({
  journal: openJournal(undefined),
  accountId: ACCOUNT,
  clock: new ScriptedClock(),
  ids: systemIds,
});

function create(headers: Record<string, string>, more: object = {}) {
  const calls: CallControl = { createCall: () => 'unavailable', updateCall: () => 'notFound' };
  const voice = createChimeVoice({ ...common(), calls });
  const body = JSON.stringify({ ClientRequestToken: 'token', MediaRegion: 'us-east-1', ...more });
  return ask(createChimeService(voice.api, meetings.api, ACCOUNT), { rawPath: '/meetings', headers, body });
}

const OLD = { 'user-agent': 'aws-sdk-nodejs/2.1693.0 linux/v16.20.2 promise' };
const NEW = { 'user-agent': 'aws-sdk-js/3.1 ua/2.1 os/linux lang/js api/chime-sdk-meetings#3.1' };
const LEGACY = { host: 'service.chime.aws.amazon.com' };

it.each([
  ['the legacy host', { ...NEW, ...LEGACY }, {}, 201],
  ['a client of the legacy namespace', OLD, {}, 201],
  ['a client of the meetings namespace', NEW, {}, 400],
  ['a client of the legacy namespace without a Region', OLD, { MediaRegion: undefined }, 201],
  ['a client of the meetings namespace without a Region', NEW, { MediaRegion: undefined }, 400],
  ['a client that gives one', OLD, { ExternalMeetingId: 'room' }, 200],
])('T-142 CreateMeeting without ExternalMeetingId is answered: %s', async (_who, headers, more, status) => {
  expect((await create(headers, more)).status).toBe(status);
});

it('The same token returns the same meeting, without an invented external id', async () => {
  const [one, other] = [await create(OLD), await create(OLD)];
  const meeting = one.json.Meeting as { MeetingId: string };
  expect(other.json.Meeting).toEqual(meeting);
  expect(meeting).not.toHaveProperty('ExternalMeetingId');
});

it('The legacy namespace lists meetings', async () => {
  const { json } = await create(OLD, { ExternalMeetingId: 'room' });
  const calls: CallControl = { createCall: () => 'unavailable', updateCall: () => 'notFound' };
  const { api } = createChimeVoice({ ...common(), calls });
  const service = createChimeService(api, meetings.api, ACCOUNT);
  const listed = await ask(service, { method: 'GET', rawPath: '/meetings', headers: OLD });
  expect(listed.json.Meetings).toEqual([json.Meeting]);
});
