import { describe, expect, it } from 'vitest';
import { answerHttp } from '../http/index.ts';
import type { StoredMeeting } from '../tables/index.ts';
import { createMeeting, MAX_MEETINGS } from './create-meeting.ts';

const stored = (name: string, pin = '11111111'): StoredMeeting => ({
  ...{ name, pin, createdAt: '2023-11-14T22:13:20.000Z', externalMeetingId: 'x' },
});

function world(taken: string[] = [], there: StoredMeeting[] = [], pinDigits = 8) {
  const added: StoredMeeting[] = [];
  const ports = {
    pinDigits,
    meetingAccess: {
      add: async (meeting: StoredMeeting) => {
        if (taken.includes(meeting.pin)) return 'pinTaken' as const;
        if (taken.includes(meeting.name)) return 'nameTaken' as const;
        added.push(meeting);
        return 'added' as const;
      },
      meetings: async () => there,
    },
    now: () => 1_700_000_000_000,
  };
  const post = (body: unknown, newPin?: () => string) => {
    const request = { body: JSON.stringify(body), isBase64Encoded: false };
    return answerHttp(
      () => createMeeting(request, { ...ports, ...(newPin ? { newPin } : {}) }),
      () => undefined,
    );
  };
  return { added, post };
}

describe('creating a meeting', () => {
  it('PINs are as long as the stack asks for', async () => {
    const { body } = await world([], [], 16).post({ name: 'Board' });
    expect(JSON.parse(body).pin).toMatch(/^\d{16}$/);
  });

  it('A meeting gets a PIN of eight digits that Chime never sees', async () => {
    const { added, post } = world();
    const { statusCode, body } = await post({ name: '  Board ' });
    expect(statusCode).toBe(201);
    expect(JSON.parse(body)).toEqual({
      name: 'Board',
      pin: expect.stringMatching(/^\d{8}$/),
      createdAt: '2023-11-14T22:13:20.000Z',
    });
    expect(added[0]?.externalMeetingId).not.toContain(added[0]?.pin);
  });

  it('Another PIN is drawn, a few times, when one is taken', async () => {
    const { added, post } = world(['00000001']);
    const pins = ['00000001', '00000002'];
    expect((await post({ name: 'a' }, () => pins.shift() ?? '')).statusCode).toBe(201);
    expect(added[0]?.pin).toBe('00000002');
    expect((await post({ name: 'a' }, () => '00000001')).statusCode).toBe(500);
  });

  it('PINs begin with any digit', async () => {
    const { added, post } = world();
    for (let index = 0; index < 300; index += 1) await post({ name: 'a' });
    expect(new Set(added.map(({ pin }) => pin[0])).size).toBe(10);
  });

  it.each([
    {},
    { name: 7 },
    { name: '  ' },
    { name: 'x'.repeat(65) },
    { name: 'a\u0000b' },
  ])('The body %j is refused, naming the field', async (body) => {
    const { statusCode, body: answer } = await world().post(body);
    expect([statusCode, JSON.parse(answer).error.field]).toEqual([400, 'name']);
  });

  it('A meeting beyond the limit is refused', async () => {
    const full = Array.from({ length: MAX_MEETINGS }, (_, index) => stored(`n${index}`));
    const { statusCode, body } = await world([], full).post({ name: 'a' });
    expect([statusCode, JSON.parse(body).error.code]).toEqual([409, 'TooManyMeetings']);
  });

  it.each(['Board', ' board ', 'BOARD', 'Ｂoard'])('The name %j in use is refused', async (name) => {
    const { added, post } = world([], [stored('Board')]);
    const { statusCode, body } = await post({ name });
    expect([statusCode, JSON.parse(body).error]).toEqual([
      409,
      {
        code: 'NameInUse',
        field: 'name',
        message: 'There is a meeting named "Board" already. Choose another name.',
      },
    ]);
    expect(added).toEqual([]);
  });

  it('A name that another operator took at the same moment is refused', async () => {
    const { statusCode, body } = await world(['Board']).post({ name: 'Board' });
    expect([statusCode, JSON.parse(body).error.code]).toEqual([409, 'NameInUse']);
  });
});
