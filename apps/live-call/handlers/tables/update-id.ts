/**
 * Update ids: 26 characters of Crockford's base 32 (no I, L, O, U). The first ten are the time in
 * milliseconds, so ids sort by time; the other sixteen are random.
 */
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** The format of an update id. */
export const UPDATE_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

export function createUpdateId(now: number, random: Uint8Array = randomBytes(RANDOM_CHARACTERS)): string {
  const tail = Array.from(random.subarray(0, RANDOM_CHARACTERS), (byte) => ALPHABET[byte & 31]);
  return updateIdTime(now) + tail.join('');
}

/** The ten characters with which ids of that millisecond begin; it sorts before all of them. */
export function updateIdTime(now: number): string {
  let text = '';
  let rest = Math.floor(now);
  for (let count = 0; count < TIME_CHARACTERS; count += 1) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** The time in an update id, in milliseconds since the epoch. */
export function timeOfUpdateId(updateId: string): number {
  const digits = [...updateId.slice(0, TIME_CHARACTERS)];
  return digits.reduce((time, digit) => time * 32 + ALPHABET.indexOf(digit), 0);
}
