/** Event patterns. EventBridge user guide, "Creating Amazon EventBridge event patterns", comparison operators. */
import { isObject } from '#platform';
import { fitsParts } from '../rest/stars.ts';

type Document = Record<string, unknown>;

/**
 * Maximum depth of a pattern. Ours: patterns come from the application, but the recursion must be bounded.
 */
const MAX_DEPTH = 32;
/**
 * Maximum number of comparisons of an event with one pattern, about 20 ms of them. Ours: an event has 256
 * KiB, a pattern 4 KiB, and the items of lists in both are compared pairwise. Beyond the limit the event does
 * not match, because callers would otherwise wait for seconds.
 */
const MAX_COMPARISONS = 500_000;
/** The fixed cost of parsing and starting a pattern, expressed in comparisons. */
const COMPARISONS_A_PATTERN = 500;
/**
 * How many characters cost as much as one comparison: the product of the lengths of a long pattern and a
 * text, or the length of a text that is put in lower case.
 */
const CHARACTERS_A_COMPARISON = 1_000;

/** The number of comparisons that are still allowed. */
interface Allowance {
  left: number;
}

/** Thrown when the allowed comparisons are used up. */
class TooManyComparisons extends Error {}

/** Deducts comparisons from the allowance. @throws TooManyComparisons */
function spend(allowance: Allowance, comparisons: number): void {
  allowance.left -= comparisons;
  if (allowance.left < 0) throw new TooManyComparisons();
}

/** Whether a document contains every member of the pattern with one of its values. */
export function fitsPattern(pattern: Document, document: unknown): boolean {
  return comparePattern(pattern, document).fits;
}

/** Like `fitsPattern`, and also returns the number of comparisons: see `PacedWork`. */
export function comparePattern(pattern: Document, document: unknown): { fits: boolean; comparisons: number } {
  const allowance = { left: MAX_COMPARISONS };
  const told = (fits: boolean) => ({
    fits,
    comparisons: COMPARISONS_A_PATTERN + MAX_COMPARISONS - allowance.left,
  });
  try {
    return told(fitsMembers(pattern, document, allowance, 0));
  } catch (error) {
    if (error instanceof TooManyComparisons) return told(false);
    throw error;
  }
}

function fitsMembers(pattern: Document, document: unknown, allowance: Allowance, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const members = (isObject(document) ? document : {}) as Document;
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or' && Array.isArray(wanted)) {
      return wanted.some((one) => isObject(one) && fitsMembers(one, document, allowance, depth + 1));
    }
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (Array.isArray(wanted)) return fitsOne(wanted, value, allowance);
    return isObject(wanted) && isObject(value) && fitsMembers(wanted, value, allowance, depth + 1);
  });
}

/** Whether the value matches one of the wanted values or filters. */
function fitsOne(wanted: readonly unknown[], value: unknown, allowance: Allowance): boolean {
  const literals = new Set(wanted.filter((one) => !isObject(one)));
  if (value !== undefined && literals.size > 0) {
    spend(allowance, values(value).length);
    if (values(value).some((one) => literals.has(one))) return true;
  }
  return wanted.some((one) => isObject(one) && fitsAny(one, value, allowance));
}

/** Whether the filter matches. A list matches if one of its items does. */
function fitsAny(filter: Document, value: unknown, allowance: Allowance): boolean {
  if ('exists' in filter) return (value !== undefined) === filter.exists;
  if (value === undefined) return false;
  spend(allowance, values(value).length);
  if ('anything-but' in filter) {
    const isExcluded = exclusionOf(filter['anything-but'], allowance);
    return !values(value).some(isExcluded);
  }
  return values(value).some(filterOf(filter, allowance));
}

const values = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

type Test = (value: unknown) => boolean;

function exclusionOf(excluded: unknown, allowance: Allowance): Test {
  if (isObject(excluded)) return filterOf(excluded, allowance);
  const all = new Set(values(excluded));
  return (value) => all.has(value);
}

/** A test for one filter. All of its operators must match. */
function filterOf(filter: Document, allowance: Allowance): Test {
  const tests = Object.entries(filter).map(([operator, operand]) => {
    const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    return make?.(operand, allowance) ?? (() => false);
  });
  return (value) => tests.every((test) => test(value));
}

const fold = (text: unknown): string => String(text).toLowerCase();

/** A test that matches any of several operands. `costOf` is the cost of each comparison. */
const ofTexts =
  (
    test: (text: string, operand: string) => boolean,
    costOf: (text: string, operand: string) => number = () => 1,
  ) =>
  (operand: unknown, allowance: Allowance): Test => {
    const operands = values(operand).map((one) =>
      isObject(one)
        ? { text: fold(one['equals-ignore-case'] ?? ''), folded: true }
        : { text: String(one), folded: false },
    );
    return (value) => {
      if (typeof value !== 'string') return false;
      const folds = operands.some((one) => one.folded);
      if (folds) spend(allowance, value.length / CHARACTERS_A_COMPARISON);
      const folded = folds ? fold(value) : value;
      return operands.some((one) => {
        const text = one.folded ? folded : value;
        spend(allowance, costOf(text, one.text));
        return test(text, one.text);
      });
    };
  };

const OPERATORS: Readonly<Record<string, (operand: unknown, allowance: Allowance) => Test>> = {
  prefix: ofTexts((text, start) => text.startsWith(start)),
  suffix: ofTexts((text, end) => text.endsWith(end)),
  'equals-ignore-case': (operand, allowance) => {
    const all = new Set(values(operand).map(fold));
    return (value) => {
      if (typeof value !== 'string') return false;
      spend(allowance, value.length / CHARACTERS_A_COMPARISON);
      return all.has(fold(value));
    };
  },
  wildcard: ofTexts(
    (text, pattern) => fitsParts(text, pattern.split('*')),
    (text, pattern) => 1 + (text.length * pattern.length) / CHARACTERS_A_COMPARISON,
  ),
  numeric: (operand) => (value) =>
    typeof value === 'number' && Array.isArray(operand) && fitsRange(value, operand),
};

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Whether a value is in a range such as `['>', 0, '<=', 5]`. */
function fitsRange(value: number, range: unknown[]): boolean {
  for (let n = 0; n < range.length; n += 2) {
    if (!COMPARISONS[String(range[n])]?.(value, Number(range[n + 1]))) return false;
  }
  return true;
}
