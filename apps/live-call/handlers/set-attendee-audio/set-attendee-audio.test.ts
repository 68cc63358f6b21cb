import { ChimeSDKMeetingsServiceException } from '@aws-sdk/client-chime-sdk-meetings';
import { describe, expect, it } from 'vitest';
import type { BrowserRow } from '#contract';
import { answerHttp } from '../http/index.ts';
import { type Ports, setAttendeeAudio } from './set-attendee-audio.ts';

const ANN: BrowserRow = {
  meetingId: 'b2c4f1de-7a6b-4c5d-8e9f-1234567890ab',
  attendeeId: 'a1c4f1de-7a6b-4c5d-8e9f-1234567890ab',
  displayName: 'ann',
  meetingName: 'Board',
  audio: 'SendReceive',
  joinedAt: '2023-11-14T22:13:20.000Z',
  muted: false,
};
const { meetingId, attendeeId } = ANN;

function world(row: BrowserRow | undefined = ANN, stillThere = true) {
  const log: string[] = [];
  const ports: Ports = {
    meetings: {
      setBrowserAudio: async (_meeting, attendee, audio) => {
        log.push(`${attendee} ${audio}`);
        return stillThere;
      },
    },
    browsers: {
      find: async () => row,
      setMuted: async (_attendee, muted) => {
        log.push(`muted ${muted}`);
        return stillThere;
      },
      remove: async () => {
        log.push('removed');
      },
    },
    warn: () => undefined,
  };
  const post = (body: unknown) =>
    answerHttp(
      () => setAttendeeAudio({ body: JSON.stringify(body), isBase64Encoded: false }, ports),
      () => undefined,
    );
  return { log, ports, post };
}

describe('muting and unmuting an operator', () => {
  it("The attendee's capabilities change first, then the row", async () => {
    const { log, post } = world();
    const { statusCode, body } = await post({ meetingId, attendeeId, audio: 'Receive' });
    expect([statusCode, JSON.parse(body)]).toEqual([200, { ...ANN, muted: true }]);
    expect(log).toEqual([`${attendeeId} Receive`, 'muted true']);
    expect(JSON.parse((await post({ meetingId, attendeeId, audio: 'SendReceive' })).body)).toEqual(ANN);
    expect(log.slice(2)).toEqual([`${attendeeId} SendReceive`, 'muted false']);
  });

  it('An operator who joined to listen only gets no voice', async () => {
    const { log, post } = world({ ...ANN, audio: 'Receive' });
    const { statusCode, body } = await post({ meetingId, attendeeId, audio: 'SendReceive' });
    expect([statusCode, JSON.parse(body).error.code, log]).toEqual([409, 'ListensOnly', []]);
  });

  it('An attendee that is not an operator’s is not touched', async () => {
    const { ports, log, post } = world();
    ports.browsers.find = async () => undefined;
    const { statusCode, body } = await post({ meetingId, attendeeId, audio: 'Receive' });
    expect([statusCode, JSON.parse(body).error.code, log]).toEqual([404, 'AttendeeNotFound', []]);
  });

  it('An attendee unknown to the meetings service loses its row', async () => {
    const { log, post } = world(ANN, false);
    expect((await post({ meetingId, attendeeId, audio: 'Receive' })).statusCode).toBe(404);
    expect(log.at(-1)).toBe('removed');
  });

  it('Nobody is shown as muted when the service refused', async () => {
    const { ports, log, post } = world();
    ports.meetings.setBrowserAudio = async () => {
      const parts = { message: 'x', $fault: 'client', $metadata: {} } as const;
      throw new ChimeSDKMeetingsServiceException({ name: 'ConflictException', ...parts });
    };
    expect((await post({ meetingId, attendeeId, audio: 'Receive' })).statusCode).toBe(429);
    expect(log).toEqual([]);
  });

  it.each([
    [{ attendeeId, audio: 'Receive' }, 'meetingId'],
    [{ meetingId, attendeeId: '../x', audio: 'Receive' }, 'attendeeId'],
    [{ meetingId, attendeeId, audio: 'None' }, 'audio'],
  ])('The body %j is refused, naming the field', async (body, field) => {
    const { statusCode, body: answer } = await world().post(body);
    expect([statusCode, JSON.parse(answer).error.field]).toEqual([400, field]);
  });
});
