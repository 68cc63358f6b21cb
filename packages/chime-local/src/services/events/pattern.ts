/** Event patterns. EventBridge user guide, "Creating Amazon EventBridge event patterns", comparison operators. */
import { isObject } from '#platform';
import { fitsParts } from '../rest/stars.ts';

type Document = Record<string, unknown>;

/** Depth of a pattern. Ours: a pattern is an application's own, but recursion has an end. */
const MAX_DEPTH = 32;
/**
 * Comparisons of an event with one pattern, some 20 ms of them. Ours: an event has 256 KiB, a pattern 4 KiB, and lists in both
 * are compared each with each; what is left over then does not fit, instead of keeping callers waiting for seconds.
 */
const MAX_COMPARISONS = 500_000;
/** Comparisons that take as long as to begin with a pattern, and to read it. */
const COMPARISONS_A_PATTERN = 500;
/** Characters of a long pattern times those of a text, or of a text put in lower case, that take as long as a comparison. */
const CHARACTERS_A_COMPARISON = 1_000;

/** What may still be compared. */
interface Allowance {
  left: number;
}

/** No more is compared. */
class TooManyComparisons extends Error {}

/** @throws TooManyComparisons */
function spend(allowance: Allowance, comparisons: number): void {
  allowance.left -= comparisons;
  if (allowance.left < 0) throw new TooManyComparisons();
}

/** Whether a document has every member that the pattern names, with one of its values. */
export function fitsPattern(pattern: Document, document: unknown): boolean {
  return comparePattern(pattern, document).fits;
}

/** The same, and how much was compared: see `PacedWork`. */
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

/** One of the values, or of the filters, fits. */
function fitsOne(wanted: readonly unknown[], value: unknown, allowance: Allowance): boolean {
  const literals = new Set(wanted.filter((one) => !isObject(one)));
  if (value !== undefined && literals.size > 0) {
    spend(allowance, values(value).length);
    if (values(value).some((one) => literals.has(one))) return true;
  }
  return wanted.some((one) => isObject(one) && fitsAny(one, value, allowance));
}

/** A list fits when one of its items does. */
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

/** All operators of one filter must hold. */
function filterOf(filter: Document, allowance: Allowance): Test {
  const tests = Object.entries(filter).map(([operator, operand]) => {
    const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    return make?.(operand, allowance) ?? (() => false);
  });
  return (value) => tests.every((test) => test(value));
}

const fold = (text: unknown): string => String(text).toLowerCase();

/** Any of several operands, each of which costs that much. */
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

/** `['>', 0, '<=', 5]`. */
function fitsRange(value: number, range: unknown[]): boolean {
  for (let n = 0; n < range.length; n += 2) {
    if (!COMPARISONS[String(range[n])]?.(value, Number(range[n + 1]))) return false;
  }
  return true;
}
