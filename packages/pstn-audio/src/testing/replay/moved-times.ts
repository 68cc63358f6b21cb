/** Times in what a program sent during a recorded call, moved to the time of the replay. */
import { isObject } from '../../schema/schema.ts';

/** The digits of ULIDs. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A ULID, whose first ten digits are its time, or milliseconds since the epoch. */
const TIMES = /(?<![0-9A-Za-z])(?:[0-7][0-9A-HJKMNP-TV-Z]{25}|1\d{12})(?![0-9A-Za-z])/g;
const ULID_DIGITS = 10;
/** Milliseconds from a time that is moved to the beginning of the call: others mean something else. */
const OF_THE_CALL_MS = 24 * 3_600_000;

/**
 * The same texts with the times of a call that began at `began` as if it had begun at `begins`, both in milliseconds since the
 * epoch. A function compares them with its clock, to which all of the recorded call is long ago.
 */
export function movedTimes(
  texts: Readonly<Record<string, string>>,
  began: number,
  begins: number,
): Record<string, string> {
  const move = (text: string): string => {
    const at = text.length === 13 ? Number(text) : timeOfUlid(text);
    if (Math.abs(at - began) > OF_THE_CALL_MS) return text;
    const moved = at - began + begins;
    return text.length === 13 ? String(moved) : ulidTime(moved) + text.slice(ULID_DIGITS);
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replace(TIMES, move)]));
}

/** Seconds since the epoch, as items have them that expire. */
const SECONDS = /^1\d{9}$/;
const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The same for every text of a JSON document, in which seconds and dates (ISO 8601) are moved as well. */
export function movedDocument<T>(value: T, began: number, begins: number): T {
  if (typeof value === 'string') return movedText(value, began, begins) as T;
  if (Array.isArray(value)) return value.map((item) => movedDocument(item, began, begins)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, movedDocument(item, began, begins)]),
  ) as T;
}

/** An item may expire months after its call. */
function movedText(text: string, began: number, begins: number): string {
  if (SECONDS.test(text)) return String(Number(text) + Math.round((begins - began) / 1000));
  const dated = text.replace(ISO, (date) => {
    const at = Date.parse(date);
    return Math.abs(at - began) > OF_THE_CALL_MS ? date : new Date(at - began + begins).toISOString();
  });
  return movedTimes({ text: dated }, began, begins).text ?? dated;
}

function timeOfUlid(ulid: string): number {
  return [...ulid.slice(0, ULID_DIGITS)].reduce((time, digit) => time * 32 + CROCKFORD.indexOf(digit), 0);
}

function ulidTime(milliseconds: number): string {
  let text = '';
  for (let rest = milliseconds; text.length < ULID_DIGITS; rest = Math.floor(rest / 32)) {
    text = (CROCKFORD[rest % 32] ?? '') + text;
  }
  return text;
}
