/** AWS STS: the caller's identity, and the credentials of role sessions. */

import { type AccessQuestion, trusts } from '../iam/access.ts';
import type { Iam } from '../iam/index.ts';
import { statementsOf } from '../iam/policy-language.ts';
import type { AwsRequest, AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createQueryService, type QueryInput, textMember } from '../rest/query-service.ts';

/** Issues credentials for a role session. */
export interface SessionIssuer {
  assume(
    roleName: string,
    sessionName: string,
    lifetimeMs: number,
  ): { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

export interface StsOptions {
  iam: Pick<Iam, 'roleByArn'>;
  issue: SessionIssuer;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** Default duration of a session in seconds, and its bounds. STS API reference, AssumeRole. */
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

const refusal = (code: string, status: number, message: string): ApiError =>
  new ApiError(status, code, message);

export function createSts(options: StsOptions): AwsService {
  return createQueryService({
    name: 'STS',
    signingNames: ['sts'],
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    // GetCallerIdentity needs no permission. AssumeRole also depends on the role's trust policy.
    questions(action, input) {
      const roleArn = textMember(input, 'RoleArn') ?? '';
      return action === 'AssumeRole' ? [assumeQuestion(options.iam, roleArn)] : [];
    },
    operations: {
      GetCallerIdentity: (_input, request) => identityOf(request),
      AssumeRole: (input, request) => assumeRole(options, input, request),
    },
  });
}

/** Account, ARN and UserId of the signer. STS API reference, GetCallerIdentity. */
function identityOf({ caller }: AwsRequest): object {
  const account = caller.arn.split(':')[4] ?? '';
  const session = /:assumed-role\/[^/]+\/(.+)$/.exec(caller.arn)?.[1];
  const userId = session === undefined ? caller.accessKeyId : `${caller.accessKeyId}:${session}`;
  return { Arn: caller.arn, UserId: userId, Account: account };
}

/**
 * A trust policy names no resource, because it concerns its own role. If it names the caller, that is
 * sufficient.
 */
function assumeQuestion(iam: StsOptions['iam'], roleArn: string): AccessQuestion {
  const statements = statementsOf(iam.roleByArn(roleArn)?.trustPolicy);
  return {
    action: 'sts:AssumeRole',
    resources: [roleArn],
    resourcePolicy: { Statement: statements.map((statement) => ({ ...statement, Resource: roleArn })) },
  };
}

function assumeRole(
  { iam, issue, now = Date.now }: StsOptions,
  input: QueryInput,
  { caller }: AwsRequest,
): object {
  const roleArn = textMember(input, 'RoleArn') ?? '';
  const sessionName = textMember(input, 'RoleSessionName') ?? '';
  const seconds = Number(textMember(input, 'DurationSeconds') ?? DEFAULT_SECONDS);
  if (!SESSION_NAME.test(sessionName)) {
    throw refusal('ValidationError', 400, `RoleSessionName must match ${SESSION_NAME.source}`);
  }
  if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
    throw refusal(
      'ValidationError',
      400,
      `DurationSeconds is ${MIN_SECONDS} to ${MAX_SECONDS}, not ${seconds}`,
    );
  }
  const role = iam.roleByArn(roleArn);
  const accountId = caller.arn.split(':')[4] ?? '';
  const externalId = textMember(input, 'ExternalId');
  const context = new Map([
    ['sts:externalid', externalId === undefined ? undefined : [externalId]],
    ['sts:rolesessionname', [sessionName]],
    ['aws:principalaccount', [accountId]],
  ]);
  if (!role || !trusts(role.trustPolicy, { arn: caller.arn, accountId }, context)) {
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    throw refusal('AccessDenied', 403, message);
  }
  const key = issue.assume(role.name, sessionName, seconds * 1000);
  return {
    AssumedRoleUser: {
      Arn: role.arn.replace(
        /^arn:aws:iam:(.*):role\/(?:.*\/)?([^/]+)$/,
        `arn:aws:sts:$1:assumed-role/$2/${sessionName}`,
      ),
      AssumedRoleId: `${role.roleId}:${sessionName}`,
    },
    Credentials: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: key.sessionToken,
      Expiration: new Date(now() + seconds * 1000),
    },
  };
}
