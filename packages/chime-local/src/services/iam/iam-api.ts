/** IAM's API, as far as one looks at roles: they are made by stacks. */
import type { AwsService } from '../ports.ts';
import { createQueryService, type QueryInput, textMember } from '../rest/query-service.ts';
import type { Iam, PolicyDocument, Role } from './iam.ts';

export interface IamOptions {
  iam: Iam;
  accountId: string;
}

const noSuchEntity = (message: string): Error =>
  Object.assign(new Error(message), { code: 'NoSuchEntity', status: 404 });
const encoded = (document: PolicyDocument): string => encodeURIComponent(JSON.stringify(document));

/** Milliseconds since the epoch of all roles: when they were made is not kept. */
const SOME_TIME = new Date('2026-01-01T00:00:00Z');

function show(role: Role): object {
  const path = role.arn.slice(role.arn.indexOf(':role') + ':role'.length, role.arn.lastIndexOf('/') + 1);
  return {
    Path: path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: SOME_TIME,
    AssumeRolePolicyDocument: encoded(role.trustPolicy),
    MaxSessionDuration: 3600,
  };
}

export function createIam({ iam }: IamOptions): AwsService {
  const existing = (input: QueryInput): Role => {
    const name = textMember(input, 'RoleName') ?? '';
    const role = iam.role(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  };
  return createQueryService({
    name: 'IAM',
    signingNames: ['iam'],
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    operations: {
      GetRole: (input) => ({ Role: show(existing(input)) }),
      ListRoles: () => ({ Roles: iam.roles().map(show), IsTruncated: false }),
      ListRolePolicies: (input) => ({ PolicyNames: [...existing(input).inline.keys()], IsTruncated: false }),
      GetRolePolicy(input) {
        const { name, inline } = existing(input);
        const PolicyName = textMember(input, 'PolicyName') ?? '';
        const document = inline.get(PolicyName);
        if (!document) throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
        return { RoleName: name, PolicyName, PolicyDocument: encoded(document) };
      },
      ListAttachedRolePolicies: (input) => ({
        AttachedPolicies: [...existing(input).attached].map((arn) => ({
          PolicyArn: arn,
          PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        })),
        IsTruncated: false,
      }),
    },
  });
}
