import { ChimeSDKMeetingsServiceException } from '@aws-sdk/client-chime-sdk-meetings';
import { expect, it } from 'vitest';
import type { BrowserRow } from '#contract';
import { answerHttp } from '../http/index.ts';
import { type Ports, removeAttendee } from './remove-attendee.ts';

const WHO = {
  meetingId: 'b2c4f1de-7a6b-4c5d-8e9f-1234567890ab',
  attendeeId: 'a1c4f1de-7a6b-4c5d-8e9f-1234567890ab',
};
const ANN: BrowserRow = {
  ...WHO,
  ...{ displayName: 'ann', meetingName: 'Board', audio: 'Receive', joinedAt: '', muted: false },
};

function world() {
  const log: string[] = [];
  const ports: Ports = {
    meetings: {
      deleteAttendee: async (_meeting, attendee) => {
        log.push(`delete ${attendee}`);
      },
    },
    browsers: {
      find: async () => ANN,
      remove: async ({ attendeeId }) => {
        log.push(`row ${attendeeId}`);
      },
    },
    warn: () => undefined,
  };
  const post = (body: unknown) =>
    answerHttp(
      () => removeAttendee({ body: JSON.stringify(body), isBase64Encoded: false }, ports),
      () => undefined,
    );
  return { log, ports, post };
}

it('The attendee is removed, then its row', async () => {
  const { log, post } = world();
  expect(await post(WHO)).toMatchObject({ statusCode: 200, body: '{}' });
  expect(log).toEqual([`delete ${WHO.attendeeId}`, `row ${WHO.attendeeId}`]);
});

it('Telephones and those who are gone are left alone', async () => {
  const { ports, log, post } = world();
  ports.browsers.find = async () => undefined;
  expect([(await post(WHO)).statusCode, log]).toEqual([404, []]);
});

it('The row of an attendee who could not be removed stays', async () => {
  const { ports, log, post } = world();
  ports.meetings.deleteAttendee = async () => {
    const parts = { message: 'x', $fault: 'client', $metadata: {} } as const;
    throw new ChimeSDKMeetingsServiceException({ name: 'ForbiddenException', ...parts });
  };
  expect([(await post(WHO)).statusCode, log]).toEqual([502, []]);
});

it('A request that names nobody is refused', async () => {
  const { statusCode, body } = await world().post({ meetingId: WHO.meetingId });
  expect([statusCode, JSON.parse(body).error.field]).toEqual([400, 'attendeeId']);
});
