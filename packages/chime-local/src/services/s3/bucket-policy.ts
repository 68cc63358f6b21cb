/**
 * Whether a resource's policy lets a service's principal do something: a bucket's, or a function's. A small part of
 * IAM's evaluation: what policies for service principals are written with.
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

/** Who asks for what. */
export interface PolicyQuestion {
  /** e.g. `voiceconnector.chime.amazonaws.com`. */
  principalService: string;
  /** e.g. `s3:GetObject`. */
  action: string;
  /** e.g. `arn:aws:s3:::bucket/key`. */
  resourceArn: string;
  /** The account on whose behalf the service asks: `aws:SourceAccount`. */
  sourceAccount: string;
  /** The resource on whose behalf it asks: `aws:SourceArn`, e.g. an SMA's ARN. */
  sourceArn: string;
}

/**
 * True when a statement allows it and none denies it.
 * `policy`: the document, as JSON text or parsed; undefined (no policy) and unreadable ones allow nothing.
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

/** Whether a `Principal` element names the service. Only a bare `*`, or `AWS: *`, stands for everyone. */
function names(principal: unknown, service: string): boolean {
  if (principal === '*') return true;
  if (!isObject(principal)) return false;
  if (list(principal.AWS).includes('*')) return true;
  return list(principal.Service).some((name) => name === service || name === '*');
}

/** What a condition may ask about: the question, and what is so of every service within AWS. */
function contextOf(question: PolicyQuestion): ConditionContext {
  return new Map([
    ['aws:sourceaccount', [question.sourceAccount]],
    ['aws:sourcearn', [question.sourceArn]],
    ['aws:securetransport', ['true']],
    ['aws:principalisawsservice', ['true']],
    ['s3:tlsversion', ['1.3']],
  ]);
}
