/** The rules of a `Choice` state in JSONPath. Specification, "Choice State", "Data-test expressions". */
import { fitsParts } from '../rest/stars.ts';
import { type ChoiceRule, ExecutionFailed } from './definition.ts';
import { findPath, type PathRoots, readPath } from './json-path.ts';

type Test = (value: never, wanted: never) => boolean;

/** Whether a string matches a pattern, in which `*` stands for any text and `\*` for an asterisk. */
function matches(value: string, pattern: string): boolean {
  const parts = [''];
  for (const [sign, escaped] of pattern.matchAll(/\\([*\\])|[^*\\]+|[*\\]/g)) {
    if (sign === '*') parts.push('');
    else parts.push(`${parts.pop()}${escaped ?? sign}`);
  }
  return fitsParts(value, parts);
}

const ORDER: Readonly<Record<string, Test>> = {
  Equals: (value, wanted) => value === wanted,
  LessThan: (value, wanted) => value < wanted,
  GreaterThan: (value, wanted) => value > wanted,
  LessThanEquals: (value, wanted) => value <= wanted,
  GreaterThanEquals: (value, wanted) => value >= wanted,
};
const TIME = /^\d{4}-\d\d-\d\dT/;
/** Converts a value to the type of a comparison. Undefined means another type, so the comparison is false. */
const KINDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Timestamp: (value) => (typeof value === 'string' && TIME.test(value) ? Date.parse(value) : undefined),
};
const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => KINDS.Timestamp?.(value) !== undefined,
};
const COMPARISON =
  /^(String|Numeric|Boolean|Timestamp)(Equals|LessThanEquals|GreaterThanEquals|LessThan|GreaterThan|Matches)(Path)?$/;

/** Whether the rule holds. @throws ExecutionFailed if its variable is missing or it has no comparison */
export function holds(rule: ChoiceRule, roots: PathRoots): boolean {
  if (Array.isArray(rule.And)) return (rule.And as ChoiceRule[]).every((inner) => holds(inner, roots));
  if (Array.isArray(rule.Or)) return (rule.Or as ChoiceRule[]).some((inner) => holds(inner, roots));
  if (rule.Not !== undefined) return !holds(rule.Not as ChoiceRule, roots);
  const path = String(rule.Variable);
  if (rule.IsPresent !== undefined) return (findPath(path, roots) !== undefined) === rule.IsPresent;
  const value = readPath(path, roots);
  for (const [name, given] of Object.entries(rule)) {
    const is = IS[name];
    if (is) return is(value) === given;
    const [, kind = '', comparison = '', byPath] = COMPARISON.exec(name) ?? [];
    if (kind === '') continue;
    const read = KINDS[kind] as (value: unknown) => unknown;
    const [left, right] = [read(value), read(byPath ? readPath(String(given), roots) : given)];
    if (left === undefined || right === undefined) return false;
    if (comparison === 'Matches') return matches(String(left), String(right));
    return ORDER[comparison]?.(left as never, right as never) ?? false;
  }
  throw new ExecutionFailed(
    'States.Runtime',
    `The choice rule ${JSON.stringify(rule).slice(0, 200)} compares nothing`,
  );
}
