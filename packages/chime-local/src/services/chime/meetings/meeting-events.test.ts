import * as sdk from '@aws-sdk/client-chime-sdk-meetings';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChime } from '../../testing/endpoint.ts';

let chime: Awaited<ReturnType<typeof startChime>>;
let client: sdk.ChimeSDKMeetings;
beforeEach(async () => {
  chime = await startChime();
  client = new sdk.ChimeSDKMeetings(chime.client);
});
afterEach(async () => {
  client.destroy();
  await chime.close();
});

const NEW = { ClientRequestToken: 'one', MediaRegion: 'eu-central-1', ExternalMeetingId: 'Sales' };
const told = () => chime.told.map(({ detail }) => detail.eventType);
const meetingId = async (more: object = {}): Promise<string> =>
  (await client.createMeeting({ ...NEW, ...more })).Meeting?.MeetingId ?? '';

it('Events report a meeting and its attendees from start to end', async () => {
  const MeetingId = await meetingId();
  // The same token returns the same meeting, so no second event is sent.
  await meetingId();
  const { Attendee } = await client.createAttendee({ MeetingId, ExternalUserId: 'ann' });
  const AttendeeId = Attendee?.AttendeeId ?? '';
  chime.meetings.attendeeConnected(MeetingId, AttendeeId);
  chime.meetings.attendeeDisconnected(MeetingId, AttendeeId);
  await client.deleteAttendee({ MeetingId, AttendeeId });
  await client.deleteMeeting({ MeetingId });
  expect(told()).toEqual([
    'chime:MeetingStarted',
    'chime:AttendeeAdded',
    'chime:AttendeeAuthorized',
    'chime:AttendeeJoined',
    'chime:AttendeeLeft',
    'chime:AttendeeDeleted',
    'chime:MeetingEnded',
  ]);
  expect(chime.told[3]).toMatchObject({
    source: 'aws.chime',
    'detail-type': 'Chime Meeting State Change',
    detail: {
      meetingId: MeetingId,
      externalMeetingId: 'Sales',
      attendeeId: AttendeeId,
      externalUserId: 'ann',
      networkType: 'Voip',
      mediaRegion: 'eu-central-1',
    },
  });
  expect(chime.told[1]?.detail).not.toHaveProperty('networkType');
});

it('Transcription can be started and stopped, but not without an engine', async () => {
  const MeetingId = await meetingId();
  const EngineTranscribeSettings = { LanguageCode: 'en-US' } as const;
  await client.startMeetingTranscription({
    MeetingId,
    TranscriptionConfiguration: { EngineTranscribeSettings },
  });
  await client.stopMeetingTranscription({ MeetingId });
  // The transcription has already stopped.
  await client.stopMeetingTranscription({ MeetingId });
  expect(told().slice(1)).toEqual(['chime:TranscriptionStarted', 'chime:TranscriptionStopped']);
  expect(chime.told[1]?.detail).toMatchObject({ transcriptionRegion: 'eu-central-1' });
  const start = client.startMeetingTranscription({ MeetingId, TranscriptionConfiguration: {} });
  await expect(start).rejects.toThrow(sdk.BadRequestException);
  const nowhere = client.stopMeetingTranscription({ MeetingId: '00000000-0000-0000-0000-000000000000' });
  await expect(nowhere).rejects.toThrow(sdk.NotFoundException);
});

it('A meeting stores the additional targets of its events', async () => {
  const SqsQueueArn = 'arn:aws:sqs:us-east-1:000000000000:calls';
  await meetingId({ NotificationsConfiguration: { SqsQueueArn } });
  expect(chime.told[0]?.notifications).toEqual({ SqsQueueArn });
});
