import type { PolicyDocument } from '#aws';
import type { ExistingResource, PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import { type ProviderServices, textOf } from './services.ts';

/** IAM's limits for the length of names, in characters. */
const MAX_ROLE_NAME = 64;
const MAX_POLICY_NAME = 128;

type Properties = Record<string, unknown>;
type InlinePolicy = { PolicyName: string; PolicyDocument: PolicyDocument };

const managedOf = ({ ManagedPolicyArns }: Properties): string[] => (ManagedPolicyArns ?? []) as string[];

function roleProvider({ iam, home, ids }: ProviderServices): ResourceProvider {
  const put = (
    name: string,
    { properties }: { properties: Properties },
    roleId: string,
    formerly: Properties = {},
  ): PhysicalResource => {
    const path = textOf(properties.Path, '/');
    const arn = `arn:aws:iam::${home.accountId}:role${path}${name}`;
    const inline = (properties.Policies ?? []) as InlinePolicy[];
    const before = iam.role(name);
    const declared = new Set(inline.map(({ PolicyName }) => PolicyName));
    const others = [...(before?.inline ?? [])].filter(
      ([policy]) => !declared.has(policy) && policy.startsWith(OTHERS),
    );
    // Managed policies of the template that name the role have attached themselves.
    const attachedByOthers = [...(before?.attached ?? [])].filter(
      (policy) => !managedOf(formerly).includes(policy),
    );
    iam.putRole({
      name,
      arn,
      roleId,
      trustPolicy: (properties.AssumeRolePolicyDocument ?? {}) as PolicyDocument,
      inline: new Map([
        ...inline.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument] as const),
        ...others,
      ]),
      attached: [...managedOf(properties), ...attachedByOthers],
      ...(properties.PermissionsBoundary
        ? { permissionsBoundary: String(properties.PermissionsBoundary) }
        : {}),
    });
    return { physicalId: name, attributes: { Arn: arn, RoleId: roleId } };
  };
  return {
    types: ['AWS::IAM::Role'],
    replacedBy: ['RoleName', 'Path'],
    nameProperty: 'RoleName',
    async create(request) {
      const name = String(request.properties.RoleName ?? request.newName(MAX_ROLE_NAME));
      if (iam.role(name)) throw new Error(`Role with name ${name} already exists.`);
      return put(name, request, `AROA${ids.hex(8).toUpperCase()}`);
    },
    update: async (request, { physicalId, attributes, properties }) =>
      put(physicalId, request, textOf(attributes.RoleId), properties),
    restore: async (existing) => put(existing.physicalId, existing, textOf(existing.attributes.RoleId)),
    delete: async ({ physicalId }) => iam.deleteRole(physicalId),
  };
}

/** Prefix of the names under which a role keeps the policies of separate resources. */
const OTHERS = 'AWS::IAM::Policy/';

/** An inline policy that is declared separately from its roles: `Policy` names several, `RolePolicy` one. */
function policyProvider({ iam }: ProviderServices): ResourceProvider {
  const rolesOf = ({ Roles, RoleName }: Properties): string[] => [Roles ?? RoleName ?? []].flat().map(String);
  const attach = (id: string, { properties }: { properties: Properties }): void => {
    for (const name of rolesOf(properties)) {
      iam.role(name)?.inline.set(`${OTHERS}${id}`, (properties.PolicyDocument ?? {}) as PolicyDocument);
    }
  };
  const detach = ({ physicalId, properties }: ExistingResource): void => {
    for (const name of rolesOf(properties)) iam.role(name)?.inline.delete(`${OTHERS}${physicalId}`);
  };
  return {
    types: ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy'],
    replacedBy: ['RoleName'],
    async create(request) {
      const missing = rolesOf(request.properties).find((name) => !iam.role(name));
      if (missing !== undefined) throw new Error(`The role with name ${missing} cannot be found.`);
      const id = request.newName(MAX_POLICY_NAME);
      attach(id, request);
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(request, existing) {
      detach(existing);
      attach(existing.physicalId, request);
      return existing;
    },
    async restore(existing) {
      attach(existing.physicalId, existing);
      return existing;
    },
    async delete(existing) {
      detach(existing);
    },
  };
}

function managedPolicyProvider({ iam, home }: ProviderServices): ResourceProvider {
  const detach = (arn: string, { Roles }: Properties): void => {
    for (const name of (Roles ?? []) as string[]) iam.role(name)?.attached.delete(arn);
  };
  const put = (arn: string, { properties }: { properties: Properties }): PhysicalResource => {
    iam.putManagedPolicy(arn, (properties.PolicyDocument ?? {}) as PolicyDocument);
    for (const name of (properties.Roles ?? []) as string[]) iam.role(name)?.attached.add(arn);
    return { physicalId: arn, attributes: { PolicyArn: arn } };
  };
  return {
    types: ['AWS::IAM::ManagedPolicy'],
    replacedBy: ['ManagedPolicyName', 'Path', 'Description'],
    nameProperty: 'ManagedPolicyName',
    async create(request: ResourceRequest) {
      const name = String(request.properties.ManagedPolicyName ?? request.newName(MAX_POLICY_NAME));
      return put(
        `arn:aws:iam::${home.accountId}:policy${textOf(request.properties.Path, '/')}${name}`,
        request,
      );
    },
    async update(request, { physicalId, properties }) {
      detach(physicalId, properties);
      return put(physicalId, request);
    },
    restore: async (existing) => put(existing.physicalId, existing),
    async delete({ physicalId, properties }) {
      detach(physicalId, properties);
      iam.deleteManagedPolicy(physicalId);
    },
  };
}

export const identityProviders = (services: ProviderServices): ResourceProvider[] => [
  roleProvider(services),
  policyProvider(services),
  managedPolicyProvider(services),
];
