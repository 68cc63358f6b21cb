import { ChimeSDKMeetingsServiceException } from '@aws-sdk/client-chime-sdk-meetings';
import { describe, expect, it } from 'vitest';
import { type AttendeeAudio, type BrowserRow, operatorNameOf } from '#contract';
import { answerHttp } from '../http/index.ts';
import type { StoredMeeting } from '../tables/index.ts';
import { externalUserIdOf, joinMeeting, type Ports } from './join-meeting.ts';

const NOW = 1_700_000_000_000;
const BOARD: StoredMeeting = {
  name: 'Board',
  pin: '48151623',
  createdAt: '',
  externalMeetingId: 'external-1',
};
const WISH = { name: 'board', audio: 'SendReceive', displayName: 'ann@example.com' };

function world(ended: string[] = []) {
  const rows: BrowserRow[] = [];
  const asked: string[] = [];
  const warnings: string[] = [];
  const ports: Ports = {
    meetings: {
      meetingOf: async (token, externalMeetingId, mediaRegion) => {
        asked.push(`meeting ${token} ${externalMeetingId} ${mediaRegion}`);
        const MeetingArn = 'arn:aws:chime::111122223333:meeting/x';
        return { MeetingId: `of-${token}`, MeetingArn, MediaPlacement: { SignalingUrl: 'wss://x' } };
      },
      createBrowserAttendee: async (meetingId, ExternalUserId, Audio: AttendeeAudio) => {
        if (ended.includes(meetingId)) return undefined;
        asked.push(`attendee ${ExternalUserId.replace(/#.*/, '#…')} ${Audio}`);
        const Capabilities = { Audio, Video: 'None', Content: 'None' } as const;
        return { AttendeeId: 'attendee-1', ExternalUserId, JoinToken: 'secret', Capabilities };
      },
    },
    meetingAccess: { findByName: async (name) => (name === 'board' ? BOARD : undefined) },
    browsers: {
      put: async (row) => {
        rows.push(row);
      },
    },
    mediaRegion: 'us-east-1',
    now: () => NOW,
    warn: (what, error) => warnings.push(`${what} ${String(error)}`),
  };
  const post = (body: unknown) =>
    answerHttp(
      () => joinMeeting({ body: JSON.stringify(body), isBase64Encoded: false }, ports),
      (what, error) => warnings.push(`${what} ${String(error)}`),
    );
  return { ports, rows, asked, warnings, post };
}

const serviceError = (name: string) =>
  new ChimeSDKMeetingsServiceException({ name, message: 'x', $fault: 'client', $metadata: {} });

describe('joining a meeting', () => {
  it('The answer has what the client library takes, and no more', async () => {
    const { post } = world();
    const { statusCode, headers, body } = await post(WISH);
    expect(statusCode).toBe(201);
    expect(headers?.['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({
      Meeting: { MeetingId: 'of-external-1', MediaPlacement: { SignalingUrl: 'wss://x' } },
      Attendee: {
        AttendeeId: 'attendee-1',
        ExternalUserId: expect.stringMatching(/^operator:ann@example\.com#[0-9a-f]{12}$/),
        JoinToken: 'secret',
        Capabilities: { Audio: 'SendReceive', Video: 'None', Content: 'None' },
      },
    });
  });

  it('The request for the meeting equals that of a call', async () => {
    const { post, asked } = world();
    await post({ ...WISH, audio: 'Receive' });
    expect(asked).toEqual([
      'meeting external-1 external-1 us-east-1',
      'attendee operator:ann@example.com#… Receive',
    ]);
  });

  it('Joining proceeds to the meeting after one that has ended', async () => {
    const { post, asked } = world(['of-external-1']);
    expect((await post(WISH)).statusCode).toBe(201);
    expect(asked[1]).toBe('meeting after-of-external-1 external-1 us-east-1');
  });

  it('An operator who has joined is listed without the token', async () => {
    const { post, rows } = world();
    await post(WISH);
    expect(rows).toEqual([
      {
        meetingId: 'of-external-1',
        attendeeId: 'attendee-1',
        displayName: 'ann@example.com',
        meetingName: 'Board',
        audio: 'SendReceive',
        joinedAt: '2023-11-14T22:13:20.000Z',
        muted: false,
      },
    ]);
  });

  it('The refusal says that there is no such meeting', async () => {
    const { statusCode, body } = await world().post({ ...WISH, name: 'Attic' });
    expect([statusCode, JSON.parse(body).error]).toEqual([
      404,
      {
        code: 'MeetingNotFound',
        field: 'name',
        message: 'There is no meeting named "Attic". Choose another one.',
      },
    ]);
  });

  it.each([
    [{ ...WISH, name: 7 }, 'name'],
    [{ ...WISH, name: ' ' }, 'name'],
    [{ ...WISH, displayName: 'x'.repeat(65) }, 'displayName'],
    [{ ...WISH, displayName: 'a\u0007' }, 'displayName'],
    [{ ...WISH, displayName: undefined }, 'displayName'],
    [{ ...WISH, audio: 'Send' }, 'audio'],
    [{ ...WISH, audio: undefined }, 'audio'],
  ])('The body %j is refused, naming the field', async (body, field) => {
    const { post, asked } = world();
    const { statusCode, body: answer } = await post(body);
    expect([statusCode, JSON.parse(answer).error.field, asked]).toEqual([400, field, []]);
  });

  it.each([
    ['ThrottlingException', 429, 'TooManyRequests'],
    ['ServiceUnavailableException', 429, 'TooManyRequests'],
    ['LimitExceededException', 409, 'MeetingFull'],
    ['ForbiddenException', 502, 'Upstream'],
  ])('%s from the meetings service is answered with %i', async (name, status, code) => {
    const { ports, rows, post } = world();
    ports.meetings.createBrowserAttendee = async () => Promise.reject(serviceError(name));
    const { statusCode, body } = await post(WISH);
    expect([statusCode, JSON.parse(body).error.code, rows]).toEqual([status, code, []]);
  });

  it('A failing table is answered as a server error without the token', async () => {
    const { ports, post, warnings } = world();
    ports.browsers.put = async () => Promise.reject(new Error('the table is gone'));
    const { statusCode, body } = await post(WISH);
    expect([statusCode, body.includes('secret'), warnings.join().includes('secret')]).toEqual([
      500,
      false,
      false,
    ]);
  });
});

describe('ExternalUserId', () => {
  it.each([
    'ann',
    'ann@example.com',
    'Zoë O’Hara',
    '名前',
    'x'.repeat(64),
    '🙂🙂',
    'aws:root',
    'a#b',
  ])('The ExternalUserId of %s is one that the service accepts', (name) => {
    const id = externalUserIdOf(name);
    expect(id.length).toBeLessThanOrEqual(64);
    expect(id).toMatch(/^operator:[-_&@+=,(){}[\]/«».:|'"a-zA-Z0-9À-ÿ ]*#[0-9a-f]{12}$/);
  });

  it('An ExternalUserId contains the name and differs each time', () => {
    expect(operatorNameOf(externalUserIdOf('ann@example.com'))).toBe('ann@example.com');
    expect(operatorNameOf('+12065550101')).toBeUndefined();
    expect(externalUserIdOf('ann')).not.toBe(externalUserIdOf('ann'));
  });
});
