/**
 * Evaluates whether the policy of a resource, a bucket or a function, allows a service principal to do
 * something. A small part of IAM's evaluation: the elements that policies for service principals use.
 *
 * Source: AWS IAM User Guide, "Policy evaluation logic".
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
} from '../iam/policy-language.ts';

/** The action that a service principal requests. */
export interface PolicyQuestion {
  /** The principal, e.g. `voiceconnector.chime.amazonaws.com`. */
  principalService: string;
  /** The action, e.g. `s3:GetObject`. */
  action: string;
  /** The resource, e.g. `arn:aws:s3:::bucket/key`. */
  resourceArn: string;
  /** The account on whose behalf the service acts: `aws:SourceAccount`. */
  sourceAccount: string;
  /** The resource on whose behalf the service acts: `aws:SourceArn`, e.g. an SMA's ARN. */
  sourceArn: string;
}

/**
 * Returns true if a statement allows the action and none denies it. `policy` is the document as JSON text or
 * parsed. An unreadable policy or none (undefined) allows nothing.
 */
export function policyAllows(policy: unknown, question: PolicyQuestion): boolean {
  let allowed = false;
  const context = contextOf(question);
  for (const statement of statementsOf(policy)) {
    if (statement.Effect === 'Deny') {
      if (matches(statement, question, context, true)) return false;
    } else if (statement.Effect === 'Allow') {
      if (matches(statement, question, context, false)) allowed = true;
    }
  }
  return allowed;
}

function matches(
  statement: Statement,
  question: PolicyQuestion,
  context: ConditionContext,
  whenUnknown: boolean,
): boolean {
  return (
    principalMatches(statement, question.principalService) &&
    actionMatches(statement, question.action) &&
    resourceMatches(statement, question.resourceArn) &&
    conditionsHold(statement, context, whenUnknown)
  );
}

function principalMatches(statement: Statement, service: string): boolean {
  if (statement.NotPrincipal !== undefined) return !names(statement.NotPrincipal, service);
  return names(statement.Principal, service);
}

/** Whether a `Principal` element names the service. Only `*` alone or `AWS: *` stands for everyone. */
function names(principal: unknown, service: string): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) return false;
  if (list(principal.AWS).includes('*')) return true;
  return list(principal.Service).some((name) => name === service || name === '*');
}

/** The condition keys of a request: those of the question, and those that apply to every AWS service. */
function contextOf(question: PolicyQuestion): ConditionContext {
  return new Map([
    ['aws:sourceaccount', [question.sourceAccount]],
    ['aws:sourcearn', [question.sourceArn]],
    ['aws:securetransport', ['true']],
    ['aws:principalisawsservice', ['true']],
    ['s3:tlsversion', ['1.3']],
  ]);
}
