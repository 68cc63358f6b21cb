/** Authorises each signed request of a role, or refuses it with AWS's own message. */
import type { Caller } from '../ports.ts';
import { type AccessQuestion, decide, type Identity, type Verdict } from './access.ts';
import type { Iam, Role } from './iam.ts';
import { managedByAws } from './managed-policies.ts';
import type { ConditionContext } from './policy-language.ts';

export interface AuthorizerOptions {
  iam: Iam;
  accountId: string;
  now(): number;
  /** Called with each refusal and with a statement that would allow the request. */
  onRefused(message: string, statement: string, caller: Caller): void;
  /**
   * Called once for each AWS managed policy that is not known here. Such a policy is assumed to allow
   * everything.
   */
  onUnknownPolicy(arn: string): void;
}

/** @returns the message of the refusal, or undefined if everything in the request is allowed */
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

/** The name of the role if the ARN is that of a role session. */
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
    // The person at the machine may do everything, and so may a session of a role that no stack describes.
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

/**
 * The global condition keys that a request on this machine has, or is known to lack. IAM User Guide, "AWS
 * global condition context keys".
 */
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
