import { fitsMasked, MASKED_SECRET, withoutCredentials } from '../../record/mask.ts';
import { isObject } from '../../schema/schema.ts';

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Minimum characters of a text that looks like base64. */
const MIN_LONG_TEXT = 32;

/**
 * Matches texts that are generated anew in each call: GUIDs, ULIDs, hexadecimal and long base64 texts, dates,
 * milliseconds and seconds since the epoch. Two of them count as equal if they stand for each other
 * everywhere.
 */
const MADE_ANEW = new RegExp(
  [
    GUID,
    '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?',
    '(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Za-z])',
    '(?<![0-9A-Za-z+])1\\d{9}(?:\\d{3})?(?![0-9A-Za-z])',
    // Hashes of generated values are often as short as this.
    '(?<![0-9A-Za-z])[0-9a-f]{8,}(?![0-9A-Za-z])',
    `(?<![0-9A-Za-z_+/=-])(?=[^\\s"]*\\d)(?=[^\\s"]*[A-Za-z])[0-9A-Za-z_+/=-]{${MIN_LONG_TEXT},}`,
  ].join('|'),
  'gi',
);
/** Milliseconds since the epoch, in this century. */
const isTime = (value: number): boolean => value > 1e12 && value < 4.2e12;
/** Moments as texts; numbers of telephones in North America have one digit more than seconds. */
const TIME = /^1\d{9}(?:\d{3})?$|T\d\d:/;
/** Maximum digits of a telephone number; a longer number has no meaning for people. ITU-T E.164, 6.2.1. */
const NUMBER = /^\d{1,15}$/;
/** Characters of a hexadecimal text that is too long to be a word of the letters a to f. */
const LONG = 10;
const isMixed = (text: string): boolean => /\d/.test(text) && /[a-f]/i.test(text);
/** Long texts without this are words, such as the path of a file whose name ends in a number. */
const LETTER_AFTER_DIGIT = /\d[a-z]/i;
const IS_GUID = new RegExp(`^${GUID}$`, 'i');
/** Characters of a value that a difference shows. */
const MAX_SHOWN = 120;

/** Compares documents of a recorded call with those of today; remembers which generated texts stand for each other. */
export class Sameness {
  readonly #nowOf = new Map<string, string>();
  readonly #thenOf = new Map<string, string>();

  /** Where the two differ, and how; empty if they are equal. */
  differences(then: unknown, now: unknown, path = ''): string[] {
    if (typeof then === 'string' && typeof now === 'string') {
      return this.#sameText(then, now) ? [] : [shown(path, then, now)];
    }
    if (typeof then === 'number' && typeof now === 'number' && isTime(then) && isTime(now)) return [];
    if (Array.isArray(then) && Array.isArray(now)) return this.#ofLists(then, now, path);
    if (isObject(then) && isObject(now)) return this.#ofObjects(then, now, path);
    return then === now ? [] : [shown(path, then, now)];
  }

  /** The recorded value with today's generated texts in place of the recorded ones. */
  asOfToday<T>(value: T): T {
    if (typeof value === 'string') {
      return (this.#nowOf.get(value) ??
        value.replace(MADE_ANEW, (text) => this.#nowOf.get(text) ?? text)) as T;
    }
    if (Array.isArray(value)) return value.map((item) => this.asOfToday(item)) as T;
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.asOfToday(item)])) as T;
  }

  #ofLists(then: readonly unknown[], now: readonly unknown[], path: string): string[] {
    if (then.length !== now.length) return [shown(path, then, now)];
    return then.flatMap((item, index) => this.differences(item, now[index], `${path}[${index}]`));
  }

  #ofObjects(
    then: Readonly<Record<string, unknown>>,
    now: Readonly<Record<string, unknown>>,
    path: string,
  ): string[] {
    const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
    return names.flatMap((name) => {
      const inner = path === '' ? name : `${path}.${name}`;
      // A member without a value is not transmitted, so it equals an absent one.
      return this.differences(then[name], now[name], inner);
    });
  }

  #sameText(then: string, today: string): boolean {
    const now = then.includes(MASKED_SECRET) ? withoutCredentials(today) : today;
    if (then === now || fitsMasked(then, now)) return true;
    const parts = (text: string) => ({
      rest: text.replace(MADE_ANEW, '\u0000'),
      made: text.match(MADE_ANEW) ?? [],
    });
    const [before, after] = [parts(then), parts(now)];
    if (before.made.length !== after.made.length) return false;
    if (before.rest !== after.rest && !fitsMasked(before.rest, after.rest)) return false;
    return before.made.every((text, index) => this.#standFor(text, after.made[index] ?? ''));
  }

  #standFor(then: string, now: string): boolean {
    const [known, taken] = [this.#nowOf.get(then), this.#thenOf.get(now)];
    if (known !== undefined || taken !== undefined) return known === now && taken === then;
    // Equal times occur where two things coincide, and they need not coincide today.
    if (TIME.test(then)) return true;
    if (![then, now].some(isMadeAnew)) return false;
    this.#nowOf.set(then, now);
    this.#thenOf.set(now, then);
    return true;
  }
}

/**
 * Whether a text that looks generated really is: digits alone may be a telephone number, and long texts the
 * path of a file. By chance, a generated text may look like these, but hardly ever both of two do.
 */
function isMadeAnew(text: string): boolean {
  if (IS_GUID.test(text)) return true;
  if (text.length >= MIN_LONG_TEXT) return LETTER_AFTER_DIGIT.test(text);
  return text.length < LONG ? isMixed(text) : !NUMBER.test(text);
}

function shown(path: string, then: unknown, now: unknown): string {
  const text = (value: unknown) => {
    const json = value === undefined ? 'nothing' : JSON.stringify(value);
    return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN - 1)}…` : json;
  };
  return `${path}: ${text(then)} → ${text(now)}`;
}
