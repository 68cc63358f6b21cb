/** The part of IAM's API that concerns roles. Roles are created by stacks or linked to a service. */
import type { Collection, Journal } from '#platform';
import type { AwsService } from '../ports.ts';
import { ApiError } from '../rest/api-error.ts';
import { createQueryService, type QueryInput, textMember, textsMember } from '../rest/query-service.ts';
import type { Authorize } from './authorizer.ts';
import type { Iam, PolicyDocument, Role } from './iam.ts';

export interface IamOptions {
  iam: Iam;
  accountId: string;
  region: string;
  /** Stores the service-linked roles. */
  journal: Journal;
  /** Makes a decision without reporting it on the terminal. */
  simulate: Authorize;
}

/**
 * The suffixes of the names of service-linked roles. Service authorization reference; user guides of the
 * services.
 */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  'voiceconnector.chime.amazonaws.com': 'AmazonChimeVoiceConnector',
  'ops.apigateway.amazonaws.com': 'APIGateway',
};

function linkedRole(service: string, accountId: string, roleId: string): Role {
  const [first = ''] = service.split('.');
  const name = `AWSServiceRoleFor${SERVICE_NAMES[service] ?? first[0]?.toUpperCase() + first.slice(1)}`;
  return {
    name,
    arn: `arn:aws:iam::${accountId}:role/aws-service-role/${service}/${name}`,
    roleId,
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: [service] } }],
    },
    inline: new Map(),
    attached: new Set(),
  };
}

/** The service-linked roles of this account, by service. */
class LinkedRoles {
  readonly #iam: Iam;
  readonly #accountId: string;
  readonly #services: Collection<{ service: string; roleId: string }>;

  constructor({ iam, accountId, journal }: IamOptions) {
    this.#iam = iam;
    this.#accountId = accountId;
    this.#services = journal.collection('service-linked-roles');
    for (const { service, roleId } of this.#services.values()) this.#put(service, roleId);
  }

  /** @throws ApiError if the role already exists. */
  create(service: string, roleId: string): Role {
    if (!/^[a-z][a-z.-]*\.amazonaws\.com$/.test(service)) {
      throw invalidInput(`Service Principal ${service} can not be found`);
    }
    const { name } = linkedRole(service, this.#accountId, roleId);
    if (this.#iam.role(name)) {
      throw invalidInput(
        `Service role name ${name} has been taken in this account, please try a different suffix.`,
      );
    }
    this.#services.set(service, { service, roleId });
    return this.#put(service, roleId);
  }

  delete(role: Role): void {
    const service = /:role\/aws-service-role\/([^/]+)\//.exec(role.arn)?.[1] ?? '';
    this.#services.delete(service);
    this.#iam.deleteRole(role.name);
  }

  #put(service: string, roleId: string): Role {
    const role = linkedRole(service, this.#accountId, roleId);
    this.#iam.putRole({ ...role, attached: [] });
    return role;
  }
}

const noSuchEntity = (message: string): ApiError => new ApiError(404, 'NoSuchEntity', message);
const invalidInput = (message: string): ApiError => new ApiError(400, 'InvalidInput', message);
const encoded = (document: PolicyDocument): string => encodeURIComponent(JSON.stringify(document));

/** The creation time reported for every role, because the real one is not stored. */
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

/**
 * Maximum product of actions and resources in a simulation, about 50 ms of work. Ours: AWS returns 1,000
 * results at a time and evaluates as many.
 */
const MAX_EVALUATIONS = 10_000;

/** @throws ApiError if the source is neither a role of the account nor an identity that may do everything. */
function evaluate({ iam, region, simulate }: IamOptions, input: QueryInput): object {
  const source = textMember(input, 'PolicySourceArn') ?? '';
  const name = /:role\/(?:.*\/)?([^/]+)$/.exec(source)?.[1];
  if (name !== undefined && !iam.roleByArn(source))
    throw noSuchEntity(`Invalid Entity Arn: ${source} does not exist.`);
  const arn = source.replace(
    /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/,
    'arn:$1:sts::$2:assumed-role/$3/simulated',
  );
  const resources = textsMember(input, 'ResourceArns') ?? ['*'];
  const actions = textsMember(input, 'ActionNames') ?? [];
  const asked = actions.length * resources.length;
  if (asked > MAX_EVALUATIONS) {
    const message = `ActionNames times ResourceArns are at most ${MAX_EVALUATIONS} here, not ${asked}`;
    throw new ApiError(400, 'InvalidInput', message);
  }
  const results = actions.flatMap((action) =>
    resources.map((resource) => {
      const refusal = simulate({ accessKeyId: '', arn }, [{ action, resources: [resource] }], region);
      const denied = refusal?.includes('explicit deny') ? 'explicitDeny' : 'implicitDeny';
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: refusal === undefined ? 'allowed' : denied,
      };
    }),
  );
  return { EvaluationResults: results, IsTruncated: false };
}

/** A role id, which in IAM begins with `AROA`. IAM User Guide, "Unique identifiers". */
const roleIdOf = (id: string): string => `AROA${id.replaceAll('-', '').slice(0, 17).toUpperCase()}`;

export function createIam(options: IamOptions): AwsService {
  const { iam } = options;
  const linked = new LinkedRoles(options);
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
      CreateServiceLinkedRole: (input, { requestId }) => ({
        Role: show(linked.create(textMember(input, 'AWSServiceName') ?? '', roleIdOf(requestId))),
      }),
      DeleteServiceLinkedRole(input, { requestId }) {
        const role = existing(input);
        linked.delete(role);
        return { DeletionTaskId: `task${role.arn.slice(role.arn.indexOf('/'))}/${requestId}` };
      },
      GetServiceLinkedRoleDeletionStatus: () => ({ Status: 'SUCCEEDED' }),
      SimulatePrincipalPolicy: (input) => evaluate(options, input),
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
