/** The account's decision about each signed request of a role: allowed, or refused in AWS's own words. */
import type { Caller } from '../ports.ts';
import { type AccessQuestion, decide, type Identity, type Verdict } from './access.ts';
import type { Iam, Role } from './iam.ts';
import { managedByAws } from './managed-policies.ts';
import type { ConditionContext } from './policy-language.ts';

export interface AuthorizerOptions {
  iam: Iam;
  accountId: string;
  now(): number;
  /** Told of each refusal, with a statement that would allow what was asked. */
  onRefused(message: string, statement: string, caller: Caller): void;
  /** Told once of each managed policy of AWS's that is not known here: it is taken to allow everything. */
  onUnknownPolicy(arn: string): void;
}

/** @returns the message of the refusal; undefined when all that was asked for is allowed. */
export type Authorize = (
  caller: Caller,
  questions: readonly AccessQuestion[],
  region: string,
) => string | undefined;

const ALLOW_ALL = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const REASONS: Readonly<Record<Exclude<Verdict, { allowed: true }>['why'], (action: string) => string>> = {
  identity: (action) => `because no identity-based policy allows the ${action} action`,
  boundary: (action) => `because no permissions boundary allows the ${action} action`,
  explicitDeny: () => 'with an explicit deny in an identity-based policy',
  resourceDeny: () => 'with an explicit deny in a resource-based policy',
};

/** The name of the role whose session an ARN is. */
const roleNameOf = (arn: string): string | undefined => /:assumed-role\/([^/]+)\//.exec(arn)?.[1];

export function createAuthorizer(options: AuthorizerOptions): Authorize {
  const { iam, accountId } = options;
  const unknown = new Set<string>();
  const managed = (arn: string): unknown => {
    const document = iam.managedPolicy(arn) ?? managedByAws(arn);
    if (document) return document;
    if (!unknown.has(arn)) options.onUnknownPolicy(arn);
    unknown.add(arn);
    return ALLOW_ALL;
  };
  const identityOf = (role: Role, arn: string): Identity => ({
    arn,
    roleArn: role.arn,
    accountId,
    policies: [...role.inline.values(), ...[...role.attached].map(managed)],
    ...(role.permissionsBoundary ? { boundary: managed(role.permissionsBoundary) } : {}),
  });
  return (caller, questions, region) => {
    const name = roleNameOf(caller.arn);
    const role = name === undefined ? undefined : iam.role(name);
    // The person at the machine may do everything, and so may who has a role that no stack describes.
    if (!role) return undefined;
    const identity = identityOf(role, caller.arn);
    for (const question of questions) {
      let known: ConditionContext | undefined;
      const context = (): ConditionContext => {
        known ??= contextOf(identity, question, region, options.now());
        return known;
      };
      const verdict = decide(identity, question, context);
      if (verdict.allowed) continue;
      const [resource = '*'] = question.resources;
      const message = `User: ${caller.arn} is not authorized to perform: ${question.action} on resource: ${resource} ${REASONS[verdict.why](question.action)}`;
      options.onRefused(
        message,
        JSON.stringify({ Effect: 'Allow', Action: question.action, Resource: resource }),
        caller,
      );
      return message;
    }
    return undefined;
  };
}

/** IAM User Guide, "AWS global condition context keys": those that a request of this machine has or lacks. */
function contextOf(
  identity: Identity,
  { context = {} }: AccessQuestion,
  region: string,
  now: number,
): ConditionContext {
  return new Map<string, readonly string[] | undefined>([
    ['aws:principalarn', [identity.roleArn]],
    ['aws:principalaccount', [identity.accountId]],
    ['aws:principaltype', ['AssumedRole']],
    ['aws:resourceaccount', [identity.accountId]],
    ['aws:requestedregion', [region]],
    ['aws:securetransport', ['true']],
    ['aws:sourceip', ['127.0.0.1']],
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['aws:principalisawsservice', ['false']],
    ['aws:viaawsservice', ['false']],
    ['aws:calledvia', undefined],
    ['aws:multifactorauthpresent', undefined],
    ['aws:multifactorauthage', undefined],
    ['aws:principalorgid', undefined],
    ['aws:principalorgpaths', undefined],
    ['aws:sourceaccount', undefined],
    ['aws:sourcearn', undefined],
    ['aws:sourcevpc', undefined],
    ['aws:sourcevpce', undefined],
    ['aws:username', undefined],
    ['aws:useragent', undefined],
    ...Object.entries(context),
  ]);
}
