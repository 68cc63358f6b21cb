/** Event patterns. EventBridge user guide, "Creating Amazon EventBridge event patterns", comparison operators. */
import { isObject } from '#platform';

type Document = Record<string, unknown>;

/** Depth of a pattern. Ours: a pattern is an application's own, but recursion has an end. */
const MAX_DEPTH = 32;

/** Whether a document has every member that the pattern names, with one of its values. */
export function fitsPattern(pattern: Document, document: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const members = (isObject(document) ? document : {}) as Document;
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or' && Array.isArray(wanted)) {
      return wanted.some((one) => isObject(one) && fitsPattern(one as Document, document, depth + 1));
    }
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (Array.isArray(wanted)) return wanted.some((one) => fitsAny(one, value));
    return isObject(wanted) && isObject(value) && fitsPattern(wanted as Document, value, depth + 1);
  });
}

/** A list fits when one of its items does. */
function fitsAny(wanted: unknown, value: unknown): boolean {
  const filter = isObject(wanted) ? (wanted as Document) : undefined;
  if (filter && 'exists' in filter) return (value !== undefined) === filter.exists;
  if (value === undefined) return false;
  if (filter && 'anything-but' in filter) {
    return !values(value).some((one) => isExcluded(filter['anything-but'], one));
  }
  return values(value).some((one) => (filter ? fitsFilter(filter, one) : one === wanted));
}

const values = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function isExcluded(excluded: unknown, value: unknown): boolean {
  if (isObject(excluded)) return fitsFilter(excluded as Document, value);
  return values(excluded).includes(value);
}

/** All operators of one filter must hold. */
function fitsFilter(filter: Document, value: unknown): boolean {
  return Object.entries(filter).every(([operator, operand]) => {
    const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    return test?.(value, operand) ?? false;
  });
}

const fold = (text: unknown): string => String(text).toLowerCase();
const eachText = (test: (value: string, operand: string) => boolean) => (value: unknown, operand: unknown) =>
  typeof value === 'string' && values(operand).some((one) => test(value, textOf(one)));
const textOf = (operand: unknown): string =>
  isObject(operand) ? String((operand as Document)['equals-ignore-case'] ?? '') : String(operand);

const OPERATORS: Readonly<Record<string, (value: unknown, operand: unknown) => boolean>> = {
  prefix: (value, operand) =>
    eachText((text, start) =>
      isObject(operand) ? fold(text).startsWith(fold(start)) : text.startsWith(start),
    )(value, operand),
  suffix: (value, operand) =>
    eachText((text, end) => (isObject(operand) ? fold(text).endsWith(fold(end)) : text.endsWith(end)))(
      value,
      operand,
    ),
  'equals-ignore-case': eachText((text, other) => fold(text) === fold(other)),
  wildcard: eachText(fitsWildcard),
  numeric: (value, operand) =>
    typeof value === 'number' && Array.isArray(operand) && fitsRange(value, operand),
};

/** `*` stands for any characters. Read without a regular expression: a pattern of stars must not take for ever. */
function fitsWildcard(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `['>', 0, '<=', 5]`. */
function fitsRange(value: number, range: unknown[]): boolean {
  for (let n = 0; n < range.length; n += 2) {
    if (!COMPARISONS[String(range[n])]?.(value, Number(range[n + 1]))) return false;
  }
  return true;
}
