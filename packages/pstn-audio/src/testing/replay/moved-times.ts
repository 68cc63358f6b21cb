/** Moves the times in what a program sent during a recorded call to the time of the replay. */
import { isObject } from '../../schema/schema.ts';

/** The digits of ULIDs. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** A ULID, whose first ten digits are its time, or milliseconds since the epoch. */
const TIMES = /(?<![0-9A-Za-z])(?:[0-7][0-9A-HJKMNP-TV-Z]{25}|1\d{12})(?![0-9A-Za-z])/g;
const ULID_DIGITS = 10;
/** Digits of milliseconds since the epoch, until the year 2286. */
const MILLISECONDS_DIGITS = 13;
/** Maximum milliseconds between a time that is moved and the beginning of the call; other times mean something else. */
const OF_THE_CALL_MS = 24 * 3_600_000;
/** Seconds since the epoch, as in items that expire. */
const SECONDS = /^1\d{9}$/;
const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** When a recorded call began, and when its replay does. Milliseconds since the epoch. */
export interface Moments {
  recorded: number;
  today: number;
}

/**
 * Returns the texts with the milliseconds since the epoch and the ULIDs of a call as if it had begun at
 * another time. A function compares them with each other and with its clock, by which the recorded call was
 * long ago.
 */
export function movedTexts(
  texts: Readonly<Record<string, string>>,
  moments: Moments,
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, movedText(text, moments)]));
}

/**
 * Like `movedTexts` for every text of a JSON document; seconds since the epoch and dates (ISO 8601) are moved
 * as well.
 */
export function movedDocument<T>(value: T, moments: Moments): T {
  if (typeof value === 'string') return movedDates(value, moments) as T;
  if (Array.isArray(value)) return value.map((item) => movedDocument(item, moments)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, movedDocument(item, moments)]),
  ) as T;
}

function movedText(text: string, moments: Moments): string {
  return text.replace(TIMES, (time) => {
    const isUlid = time.length > MILLISECONDS_DIGITS;
    const at = movedTime(isUlid ? timeOfUlid(time) : Number(time), moments);
    if (at === undefined) return time;
    return isUlid ? ulidTime(at) + time.slice(ULID_DIGITS) : String(at);
  });
}

/** Seconds are moved however far they are from the call: an item may expire months after it. */
function movedDates(text: string, moments: Moments): string {
  const { recorded, today } = moments;
  if (SECONDS.test(text)) return String(Number(text) + Math.round((today - recorded) / 1000));
  const dated = text.replace(ISO, (date) => {
    const at = movedTime(Date.parse(date), moments);
    return at === undefined ? date : new Date(at).toISOString();
  });
  return movedText(dated, moments);
}

/** Returns undefined if the time is not one of the call. */
function movedTime(at: number, { recorded, today }: Moments): number | undefined {
  return Math.abs(at - recorded) > OF_THE_CALL_MS ? undefined : at - recorded + today;
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
