/**
 * The elements of a policy's statements: actions, resources and conditions. Anything unknown never allows: an
 * unknown condition operator or key makes an `Allow` not match and a `Deny` match.
 *
 * Source: AWS IAM User Guide, "IAM JSON policy elements reference".
 */
import { isObject } from '#platform';
import { readJson } from '../rest/json-text.ts';
import { holds } from './condition-operators.ts';
import { wildcardMatch } from './wildcard.ts';

export interface Statement {
  Sid?: unknown;
  Effect?: unknown;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: unknown;
}

/**
 * The values of condition keys, by key in lower case. The value undefined means that the request is known not
 * to have the key. A key that is missing in the map is unknown.
 */
export type ConditionContext = ReadonlyMap<string, readonly string[] | undefined>;

/** The statements of a policy, given as JSON text or parsed. Returns none if the policy cannot be read. */
export function statementsOf(policy: unknown): Statement[] {
  let document = policy;
  if (typeof policy === 'string') {
    try {
      document = readJson(policy);
    } catch {
      return [];
    }
  }
  if (!isObject(document)) return [];
  return list(document.Statement).filter(isObject);
}

/** Whether `Action` or `NotAction` covers an action such as `s3:GetObject`. Case does not matter. */
export const actionMatches = ({ Action, NotAction }: Statement, action: string): boolean =>
  patternsMatch(Action, NotAction, action.toLowerCase(), true);

/** Whether `Resource` or `NotResource` covers an ARN (or `*`, for actions without a resource). */
export const resourceMatches = ({ Resource, NotResource }: Statement, arn: string): boolean =>
  patternsMatch(Resource, NotResource, arn, false);

/**
 * Whether all conditions hold. `whenUnknown` is the result for a condition with an unknown operator or key.
 */
export function conditionsHold(
  { Condition: conditions }: Statement,
  context: ConditionContext,
  whenUnknown: boolean,
): boolean {
  if (conditions === undefined) return true;
  if (!isObject(conditions)) return whenUnknown;
  return Object.entries(conditions).every(([operator, keys]) => {
    if (!isObject(keys)) return whenUnknown;
    return Object.entries(keys).every(([key, wanted]) => {
      const name = key.toLowerCase();
      if (!context.has(name)) return whenUnknown;
      const values = list(wanted)
        .filter((value) => typeof value !== 'object')
        .map(String);
      return holds(operator.toLowerCase(), context.get(name), values) ?? whenUnknown;
    });
  });
}

function patternsMatch(positive: unknown, negative: unknown, value: string, ignoreCase: boolean): boolean {
  const oneMatches = (patterns: unknown): boolean =>
    list(patterns).some(
      (pattern) =>
        typeof pattern === 'string' && wildcardMatch(ignoreCase ? pattern.toLowerCase() : pattern, value),
    );
  if (positive !== undefined) return oneMatches(positive);
  if (negative !== undefined) return !oneMatches(negative);
  return false;
}

/** Converts a policy element, which may be one value or a list, to a list. */
export function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
