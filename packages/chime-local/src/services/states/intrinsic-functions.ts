/** Intrinsic functions. Step Functions developer guide, "Intrinsic functions for JSONPath states", here "guide". */
import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '#platform';
import { readJson } from '../rest/json-text.ts';
import { checkDataSize, MAX_DATA_BYTES } from './data-limit.ts';
import { ExecutionFailed } from './definition.ts';
import { type PathRoots, readPath } from './json-path.ts';

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
/**
 * Maximum number of items in a range. Guide, States.ArrayRange: "The new array can contain up to 1000
 * elements".
 */
const MAX_RANGE = 1000;
/**
 * Maximum number of characters to encode, decode or hash. Guide, States.Base64Encode and States.Base64Decode:
 * "up to 10,000 characters"; States.Hash: "10,000 characters or less".
 */
const MAX_TEXT = 10_000;
/**
 * Maximum depth of nested calls. Guide: "You can nest up to 10 intrinsic functions within a field". The
 * guide's example of "nine nested" also counts adjacent calls; here a list of many short calls is allowed.
 */
const MAX_NESTED = 10;
/**
 * Maximum total size of a call's values as JSON in bytes. Ours: a state's data, referenced by two or three
 * paths at once.
 */
const MAX_VALUES_BYTES = 4 * MAX_DATA_BYTES;
/** The range of numbers of States.MathAdd. Guide: "in the range of -2147483648 and 2147483647". */
const LEAST_NUMBER = -(2 ** 31);
const MOST_NUMBER = 2 ** 31 - 1;

const fail = (text: string): never => {
  throw new ExecutionFailed('States.IntrinsicFailure', text);
};

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : fail(`${JSON.stringify(value)?.slice(0, 100)} is no array`);

/**
 * Rounds a number. The guide says of most numbers: "Step Functions will round it off to the nearest integer".
 */
const whole = (value: unknown): number =>
  typeof value === 'number'
    ? Math.round(value)
    : fail(`${JSON.stringify(value)?.slice(0, 100)} is no number`);

const chunks = (items: unknown[], size: number): unknown[][] => {
  if (size < 1) fail('the size of a chunk is a whole number above 0');
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
};

/** A text that is equal for equal values, regardless of the order of members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );

function unique(items: unknown[]): unknown[] {
  const seen = new Set<string>();
  return items.filter((item) => seen.size < seen.add(canonical(item)).size);
}

const short = (text: string): string =>
  String(text).length > MAX_TEXT ? fail(`the text has more than ${MAX_TEXT} characters`) : text;

function range(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step) + 1;
  if (step === 0 || count > MAX_RANGE) fail(`a range has at most ${MAX_RANGE} items, and its step is not 0`);
  return Array.from({ length: Math.max(0, count) }, (_, n) => first + n * step);
}

function sum(one: number, other: number): number {
  if ([one, other].some((number) => number < LEAST_NUMBER || number > MOST_NUMBER)) {
    fail(`States.MathAdd takes numbers from ${LEAST_NUMBER} to ${MOST_NUMBER}`);
  }
  return one + other;
}

/** A random number from `first` up to but excluding `end`. The same seed gives the same number. */
function random(first: number, end: number, seed: unknown): number {
  const chance =
    seed === undefined
      ? Math.random()
      : createHash('sha256')
          .update(String(whole(seed)))
          .digest()
          .readUInt32BE() /
        2 ** 32;
  return Math.floor(first + chance * (end - first));
}

/** A shallow merge, without merging nested objects. Guide: "you must specify the boolean value as false". */
const merge = (one: object, other: object, deep: unknown): object =>
  deep === false ? { ...one, ...other } : fail('the third value of States.JsonMerge is false');

function format(template: string, values: unknown[]): string {
  let at = 0;
  return template.replace(/\\([{}'\\])|\{\}/g, (_whole, escaped?: string) => {
    if (escaped) return escaped;
    const value = at < values.length ? values[at++] : fail('States.Format has fewer values than {}');
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

const FUNCTIONS: Readonly<Record<string, (...values: never[]) => unknown>> = {
  Format: (template: string, ...values: unknown[]) => format(template, values),
  StringToJson: (text: string) => readJson(text),
  JsonToString: (value: unknown) => JSON.stringify(value),
  JsonMerge: merge,
  Array: (...values: unknown[]) => values,
  ArrayPartition: (items: unknown, size: number) => chunks(list(items), whole(size)),
  ArrayContains: (items: unknown, item: unknown) => list(items).some((one) => isDeepStrictEqual(one, item)),
  ArrayRange: (...values: number[]) => range(...(values.map(whole) as [number, number, number])),
  ArrayGetItem: (items: unknown, index: number) => list(items)[index] ?? fail(`there is no item ${index}`),
  ArrayLength: (items: unknown) => list(items).length,
  ArrayUnique: (items: unknown) => unique(list(items)),
  Base64Encode: (text: string) => Buffer.from(short(text)).toString('base64'),
  Base64Decode: (text: string) => Buffer.from(short(text), 'base64').toString('utf8'),
  Hash: (value: unknown, algorithm: string) =>
    createHash(HASHES[algorithm] ?? fail(`${algorithm} is no algorithm of States.Hash`))
      .update(short(typeof value === 'string' ? value : JSON.stringify(value)))
      .digest('hex'),
  MathRandom: (first: number, end: number, seed?: unknown) => random(whole(first), whole(end), seed),
  MathAdd: (one: number, other: number) => sum(whole(one), whole(other)),
  StringSplit: (text: string, separators: string) =>
    text.split(new RegExp(`[${separators.replace(/[\]\\^-]/g, '\\$&')}]`)).filter((part) => part !== ''),
  UUID: () => randomUUID(),
};

/** One token of a call: text in single quotation marks, a number, a path, a name, or a punctuation mark. */
const WORD =
  /\s*(?:'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|(\$(?:[^\s,()[\]']|\[[^\]]*\])*)|([A-Za-z][\w.]*)|([(),]))/gy;

/**
 * Evaluates a call such as `States.Format('{}', $.a)`, whose arguments may be calls too.
 * @throws ExecutionFailed
 */
export function callIntrinsic(text: string, roots: PathRoots): unknown {
  WORD.lastIndex = 0;
  const next = () => WORD.exec(text) ?? fail(`Invalid intrinsic function: ${text}`);
  const value = ([, quoted, number, path, name, sign]: RegExpExecArray): unknown => {
    if (quoted !== undefined) return quoted.replace(/\\'/g, "'");
    if (number !== undefined) return Number(number);
    if (path !== undefined) return readPath(path, roots);
    if (sign !== undefined) return fail(`Invalid intrinsic function: ${text}`);
    return name?.startsWith('States.') ? call(name) : literal(name);
  };
  let depth = 0;
  const call = (name: string): unknown => {
    if (++depth > MAX_NESTED) fail(`more than ${MAX_NESTED} intrinsic functions within each other`);
    const run = FUNCTIONS[name.slice('States.'.length)] ?? fail(`${name} is no intrinsic function`);
    const values: unknown[] = [];
    if (next()[5] !== '(') fail(`Invalid intrinsic function: ${text}`);
    for (let word = next(); word[5] !== ')'; word = next()) if (word[5] !== ',') values.push(value(word));
    depth--;
    // Data is converted to text or compared as often as this call or other calls of the state mention it.
    const most = Math.min(MAX_VALUES_BYTES, roots.allowance.givenBytes);
    roots.allowance.givenBytes -= checkDataSize(values, `list of values of ${name}`, most);
    try {
      return run(...(values as never[]));
    } catch (error) {
      return error instanceof ExecutionFailed
        ? fail(error.message)
        : fail(`${name}: ${(error as Error).message}`);
    }
  };
  return value(next());
}

const literal = (name: string | undefined): unknown =>
  name === 'true' || name === 'false'
    ? name === 'true'
    : name === 'null'
      ? null
      : fail(`${name} is no value`);

/** Fills in a payload template: members whose names end with `.$` are paths or calls. */
export function fillTemplate(template: unknown, roots: PathRoots): unknown {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, roots));
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => {
      if (!name.endsWith('.$')) return [name, fillTemplate(value, roots)];
      const text = String(value);
      return [name.slice(0, -2), text.startsWith('$') ? readPath(text, roots) : callIntrinsic(text, roots)];
    }),
  );
}
