import { beforeEach, expect, it } from 'vitest';
import { Iam } from '#aws';
import type { ExistingResource, ResourceRequest } from '#cloudformation';
import { systemIds } from '#platform';
import { identityProviders } from './identities.ts';
import type { ProviderServices } from './services.ts';

let iam: Iam;
beforeEach(() => {
  iam = new Iam();
});

const providerOf = (type: string) => {
  const home = { region: 'us-east-1', accountId: '000000000000' };
  const all = identityProviders({ iam, home, ids: systemIds } as unknown as ProviderServices);
  return all.find(({ types }) => types.includes(type))!;
};
const request = (properties: object): ResourceRequest =>
  ({ properties, newName: () => 'made' }) as unknown as ResourceRequest;
const make = async (type: string, properties: object): Promise<ExistingResource> =>
  ({ properties, ...(await providerOf(type).create(request(properties))) }) as ExistingResource;
const attached = (role: string): string[] => [...(iam.role(role)?.attached ?? [])].sort();

const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 'chime:*', Resource: '*' }] };

it('A RolePolicy is an inline policy of the role that it names', async () => {
  await make('AWS::IAM::Role', { RoleName: 'caller' });
  const policy = await make('AWS::IAM::RolePolicy', { RoleName: 'caller', PolicyName: 'p', PolicyDocument });
  expect([...iam.role('caller')!.inline.values()]).toEqual([PolicyDocument]);
  await providerOf('AWS::IAM::RolePolicy').delete?.(policy, request({}));
  expect(iam.role('caller')?.inline.size).toBe(0);
  await expect(make('AWS::IAM::RolePolicy', { RoleName: 'nobody' })).rejects.toThrow(
    'The role with name nobody cannot be found.',
  );
});

it('An updated role keeps the managed policies that name it', async () => {
  const role = await make('AWS::IAM::Role', {
    RoleName: 'caller',
    ManagedPolicyArns: ['arn:old', 'arn:kept'],
  });
  const ManagedPolicyName = 'own';
  const own = await make('AWS::IAM::ManagedPolicy', { ManagedPolicyName, Roles: ['caller'], PolicyDocument });
  const changed = request({ RoleName: 'caller', ManagedPolicyArns: ['arn:kept', 'arn:new'] });
  await providerOf('AWS::IAM::Role').update?.(changed, role);
  expect(attached('caller')).toEqual(['arn:aws:iam::000000000000:policy/own', 'arn:kept', 'arn:new']);
  const nowhere = request({ ManagedPolicyName, Roles: [], PolicyDocument });
  await providerOf('AWS::IAM::ManagedPolicy').update?.(nowhere, own);
  expect(attached('caller')).toEqual(['arn:kept', 'arn:new']);
});
