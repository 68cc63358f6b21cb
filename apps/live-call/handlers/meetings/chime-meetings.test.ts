import type { ChimeSDKMeetingsClient } from '@aws-sdk/client-chime-sdk-meetings';
import { describe, expect, it } from 'vitest';
import { ChimeMeetings } from './chime-meetings.ts';
import { enterLiveMeeting, MAX_ENDED_MEETINGS } from './live-meeting.ts';

/** A client that records its requests and answers `answer`, or fails with an error of that name. */
function pretend(answer: object | string) {
  const asked: [string, unknown][] = [];
  const send = async (command: { constructor: { name: string }; input: unknown }) => {
    asked.push([command.constructor.name, command.input]);
    if (typeof answer === 'string') throw Object.assign(new Error('x'), { name: answer });
    return answer;
  };
  return { asked, meetings: new ChimeMeetings({ send } as unknown as ChimeSDKMeetingsClient) };
}

const ATTENDEE = { AttendeeId: 'a', ExternalUserId: 'u', JoinToken: 'secret' };

describe('attendees', () => {
  it('A browser’s attendee is limited to audio, a telephone’s is not', async () => {
    const { asked, meetings } = pretend({ Attendee: ATTENDEE });
    expect(await meetings.createBrowserAttendee('m', 'u', 'Receive')).toEqual(ATTENDEE);
    expect(await meetings.createAttendee('m', 'u')).toEqual({ attendeeId: 'a', joinToken: 'secret' });
    expect(asked.map(([, input]) => input)).toEqual([
      {
        MeetingId: 'm',
        ExternalUserId: 'u',
        Capabilities: { Audio: 'Receive', Video: 'None', Content: 'None' },
      },
      { MeetingId: 'm', ExternalUserId: 'u' },
    ]);
  });

  it('An attendee that is gone is no error', async () => {
    const { meetings } = pretend('NotFoundException');
    expect(await meetings.createAttendee('m', 'u')).toBeUndefined();
    expect(await meetings.setBrowserAudio('m', 'a', 'Receive')).toBe(false);
    await meetings.deleteAttendee('m', 'a');
  });

  it('A forbidden request for an attendee is an error', async () => {
    const { meetings } = pretend('ForbiddenException');
    await expect(meetings.createAttendee('m', 'u')).rejects.toThrow();
    await expect(meetings.setBrowserAudio('m', 'a', 'Receive')).rejects.toThrow();
    await expect(meetings.deleteAttendee('m', 'a')).rejects.toThrow();
  });

  it('An attendee without a token is an error', async () => {
    const { meetings } = pretend({ Attendee: { AttendeeId: 'a' } });
    await expect(meetings.createAttendee('m', 'u')).rejects.toThrow('without JoinToken');
  });
});

it('A meeting that ends again and again is given up', async () => {
  const tokens: string[] = [];
  const ended = enterLiveMeeting(
    { externalMeetingId: 'x' },
    (meetingId: string) => meetingId,
    async (token) => `of-${tokens.push(token)}`,
    async () => undefined,
  );
  await expect(ended).rejects.toThrow(`${MAX_ENDED_MEETINGS} meetings in a row`);
  expect(tokens).toEqual(['x', 'after-of-1', 'after-of-2']);
});
