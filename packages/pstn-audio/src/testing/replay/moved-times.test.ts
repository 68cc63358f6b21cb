import { expect, it } from 'vitest';
import { movedDocument, movedTexts } from './moved-times.ts';

/** 2026-11-30T09:00:00Z, and the ULID of that millisecond. */
const BEGAN = 1_796_029_200_000;
const ULID = '01M8NTXDM0';
const HOUR_MS = 3_600_000;
const RANDOM = 'ZZZZZZZZZZZZZZZ0';

it('Times of a call move with it, and others stay', () => {
  const texts = {
    id: `${ULID}${RANDOM}`,
    at: `since ${BEGAN + 5}.`,
    birthday: '1000000000000',
    number: '+14155550100',
    longer: `x${ULID}${RANDOM}`,
  };
  const moved = movedTexts(texts, { recorded: BEGAN, today: BEGAN + HOUR_MS });
  expect(moved).toEqual({ ...texts, id: expect.any(String), at: `since ${BEGAN + 5 + HOUR_MS}.` });
  expect(moved.id).toMatch(new RegExp(`^01M8N[0-9A-Z]{5}${RANDOM}$`));
  expect(moved.id! > texts.id).toBe(true);
  expect(movedTexts(moved, { recorded: BEGAN + HOUR_MS, today: BEGAN })).toEqual(texts);
});

it('Times of an item move with its call', () => {
  const item = (at: number) => ({
    joinedAt: { S: new Date(at).toISOString() },
    verifiedAt: { N: String(at) },
    expiresAt: { N: String(at / 1000 + 90 * 86_400) },
    tries: { N: '3' },
  });
  const moments = { recorded: BEGAN, today: BEGAN + HOUR_MS };
  expect(movedDocument(item(BEGAN), moments)).toEqual(item(BEGAN + HOUR_MS));
});
