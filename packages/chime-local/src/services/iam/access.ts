/**
 * Decides whether an identity of the account may do what it requests. Source: IAM User Guide, "Policy
 * evaluation logic".
 */
import { isObject } from '#platform';
import {
  actionMatches,
  type ConditionContext,
  conditionsHold,
  list,
  resourceMatches,
  type Statement,
  statementsOf,
} from './policy-language.ts';

/** One permission that a request needs. */
export interface AccessQuestion {
  /** The action, e.g. `dynamodb:PutItem`. */
  action: string;
  /**
   * The ARNs of the resource, of which one must be allowed. `*` for actions without a resource type (Service
   * Authorization Reference).
   */
  resources: readonly string[];
  /** The resource's own policy, if it has one. */
  resourcePolicy?: unknown;
  /** The service's condition keys, in lower case, with their values in this request. */
  context?: Readonly<Record<string, readonly string[] | undefined>>;
}

/** The identity whose policies are evaluated. */
export interface Identity {
  /** The ARN of the session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  arn: string;
  roleArn: string;
  accountId: string;
  /** Inline and managed policies. */
  policies: readonly unknown[];
  /** The permissions boundary: the maximum that the policies can allow. */
  boundary?: unknown;
}

export type Verdict =
  | { allowed: true }
  | { allowed: false; why: 'identity' | 'boundary' | 'explicitDeny' | 'resourceDeny' };

type Match = (statement: Statement, whenUnknown: boolean) => boolean;

/** Decides one question. `context` is called only if a statement has conditions. */
export function decide(
  identity: Identity,
  question: AccessQuestion,
  context: () => ConditionContext,
): Verdict {
  const own = identity.policies.flatMap(statementsOf);
  const boundary = identity.boundary === undefined ? undefined : statementsOf(identity.boundary);
  const resource = statementsOf(question.resourcePolicy);
  const covers: Match = (statement, whenUnknown) =>
    actionMatches(statement, question.action) &&
    (statement.Condition === undefined || conditionsHold(statement, context(), whenUnknown));
  const coversOne =
    (arn: string): Match =>
    (statement, whenUnknown) =>
      covers(statement, whenUnknown) && resourceMatches(statement, arn);
  const denies = (statements: readonly Statement[], match: Match): boolean =>
    statements.some((statement) => statement.Effect === 'Deny' && match(statement, true));
  const allows = (statements: readonly Statement[], match: Match): boolean =>
    statements.some((statement) => statement.Effect === 'Allow' && match(statement, false));
  // An allowance for the whole account leaves the decision to identity-based policies; a denial applies to
  // everyone in the account.
  const forMe =
    (match: Match, account: boolean): Match =>
    (statement, whenUnknown) =>
      isPrincipal(statement, identity, account) && match(statement, whenUnknown);
  const any = (test: (match: Match) => boolean): boolean =>
    question.resources.some((arn) => test(coversOne(arn)));
  if (any((match) => denies(own, match) || (boundary !== undefined && denies(boundary, match)))) {
    return { allowed: false, why: 'explicitDeny' };
  }
  if (any((match) => denies(resource, forMe(match, true)))) return { allowed: false, why: 'resourceDeny' };
  // Within one account, an allowance by either policy is sufficient.
  if (any((match) => allows(resource, forMe(match, false)))) return { allowed: true };
  if (!any((match) => allows(own, match))) return { allowed: false, why: 'identity' };
  if (boundary && !any((match) => allows(boundary, match))) return { allowed: false, why: 'boundary' };
  return { allowed: true };
}

/** Whether a statement of a resource policy names this identity or, if `account` is true, its account. */
function isPrincipal({ Principal, NotPrincipal }: Statement, identity: Identity, account: boolean): boolean {
  if (NotPrincipal !== undefined) return !namesIdentity(NotPrincipal, identity, true);
  return namesIdentity(Principal, identity, account);
}

function namesIdentity(principal: unknown, { arn, roleArn, accountId }: Identity, account: boolean): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) return false;
  const names = ['*', roleArn, arn, ...(account ? [accountId, `arn:aws:iam::${accountId}:root`] : [])];
  return list(principal.AWS).some((name) => names.includes(String(name)));
}

/** Whether a role's trust policy lets the caller assume the role. */
export function trusts(
  trustPolicy: unknown,
  caller: { arn: string; roleArn?: string; accountId: string },
  context: ConditionContext,
): boolean {
  const identity: Identity = { ...caller, roleArn: caller.roleArn ?? caller.arn, policies: [] };
  const about = (effect: string, whenUnknown: boolean): boolean =>
    statementsOf(trustPolicy).some(
      (statement) =>
        statement.Effect === effect &&
        actionMatches(statement, 'sts:AssumeRole') &&
        isPrincipal(statement, identity, true) &&
        conditionsHold(statement, context, whenUnknown),
    );
  return about('Allow', false) && !about('Deny', true);
}
