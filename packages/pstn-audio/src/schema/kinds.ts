import type { Failure } from '../failures.ts';
import { didYouMean } from './did-you-mean.ts';
import { bad, type Flaw, good, isObject, type Meant, type Schema, type Written, within } from './schema.ts';

/** The kinds of single values, lists and maps. */

export interface NumberLimits {
  readonly min: number;
  readonly max?: number;
  /** Unit for messages: `milliseconds`. */
  readonly unit?: string;
}

/** A whole number, which may be written as a string (T-020). */
export function wholeNumber({ min, max, unit }: NumberLimits): Schema<number | `${number}`, number> {
  const upTo = max === undefined ? `${min} or more` : `from ${min} to ${max}`;
  const allowed = `a whole number${unit ? ` of ${unit}` : ''}, ${upTo}`;
  return {
    allowed,
    read(value) {
      const number = typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isSafeInteger(number)) return bad(value, allowed);
      return number < min || number > (max ?? number) ? bad(value, allowed) : good(number);
    },
  };
}

export interface TextLimits {
  /** What the text is, for messages: `an attendee's token`. */
  readonly what: string;
  /** Maximum number of characters (code points). */
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly failure?: Failure;
}

/** A text that is not empty. */
export function text({ what, max, pattern, failure }: TextLimits): Schema<string, string> {
  const allowed = max === undefined ? what : `${what}, at most ${max} characters`;
  return {
    allowed,
    read(value) {
      const fits =
        typeof value === 'string' &&
        value !== '' &&
        (max === undefined || [...value].length <= max) &&
        (pattern === undefined || pattern.test(value));
      return fits ? good(value) : bad(value, allowed, failure ? { failure } : {});
    },
  };
}

/** One of the given words. */
export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Schema<Choice, Choice> {
  const allowed = choices.length === 1 ? quoted(choices) : `one of ${quoted(choices)}`;
  return {
    allowed,
    choices,
    read(value) {
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return good(found);
      const meant = didYouMean(value, choices);
      return bad(value, allowed, meant === undefined ? {} : { didYouMean: meant });
    },
  };
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ');
}

/** True or false, including the forms that published functions write: `"True"`, `"false"`. */
export function flag(): Schema<boolean, boolean> {
  const allowed = 'true or false';
  return {
    allowed,
    read(value) {
      const word = typeof value === 'string' ? value.toLowerCase() : value;
      if (word === true || word === 'true') return good(true);
      return word === false || word === 'false' ? good(false) : bad(value, allowed);
    },
  };
}

export interface ListLimits {
  readonly min?: number;
  readonly max?: number;
  /** What the items are, in the plural, for messages: `ids of attendees`. */
  readonly what: string;
  /** The service's error if there are too few or too many items. */
  readonly failure?: Failure;
}

/** A list of values of one kind. */
export function listOf<Item extends Schema>(
  item: Item,
  { min = 0, max, what, failure }: ListLimits,
): Schema<Written<Item>[], Meant<Item>[]> {
  const howMany = min === max ? `${min}` : max === undefined ? `${min} or more` : `${min} to ${max}`;
  const allowed = `a list of ${howMany} ${what}`;
  return {
    allowed,
    read(value) {
      if (!Array.isArray(value)) return bad(value, allowed);
      if (value.length < min || value.length > (max ?? value.length)) {
        return bad(value, allowed, failure ? { failure } : {});
      }
      const flaws: Flaw[] = [];
      const meant: unknown[] = [];
      for (const [index, written] of value.entries()) {
        const reading = item.read(written);
        if ('flaws' in reading) flaws.push(...within(index, reading.flaws));
        else meant.push(reading.value);
      }
      return flaws.length > 0 ? { flaws } : good(meant as Meant<Item>[]);
    },
  };
}

export interface MapLimits {
  readonly what: string;
  /** Maximum number of pairs. */
  readonly max?: number;
  /** Whether values that are not texts are kept. */
  keepsObjects?: boolean;
}

/**
 * An object with names that the author chooses and texts as values. Numbers and booleans count as their texts
 * (5.10). `keepsObjects`: objects and lists are kept, although only texts are documented.
 */
export function mapOfTexts({
  what,
  max,
  keepsObjects = false,
}: MapLimits): Schema<Record<string, string>, Record<string, string>> {
  const allowed = `an object of ${max === undefined ? '' : `at most ${max} `}${what}`;
  return {
    allowed,
    read(value) {
      if (!isObject(value)) return bad(value, allowed);
      const pairs: [string, string][] = [];
      const flaws: Flaw[] = [];
      for (const [name, member] of Object.entries(value)) {
        if (member === null || member === undefined) continue;
        if (typeof member === 'object' && keepsObjects) pairs.push([name, member as unknown as string]);
        else if (typeof member === 'object') flaws.push(...within(name, bad(member, 'a text').flaws));
        else pairs.push([name, String(member)]);
      }
      if (flaws.length > 0) return { flaws };
      return pairs.length > (max ?? pairs.length) ? bad(value, allowed) : good(Object.fromEntries(pairs));
    },
  };
}

/** A key of a telephone, one per string, as terminators are written. DG: play-audio. */
export const KEY: Schema<string, string> = text({
  what: 'a key of a telephone: 0-9, # or *',
  pattern: /^[0-9#*]$/,
});
