import type { PhysicalResource, ResourceProvider, ResourceRequest } from '#cloudformation';
import { functionNameIn } from '#platform';
import { type ProviderServices, textOf } from './services.ts';

/** The name in a function's ARN, or the name itself, without a qualifier. */
export const functionNameOf = (nameOrArn: string): string => functionNameIn(nameOrArn).replace(/:.*$/, '');

type Described = Pick<ResourceRequest, 'properties'>;

/** Versions and aliases: names by which ARNs may refer to the function's current code. */
export function qualifierProviders(services: ProviderServices): ResourceProvider[] {
  return [versionProvider(services), aliasProvider(services)];
}

const arnOf = ({ home }: ProviderServices, name: string, qualifier: string): string =>
  `arn:aws:lambda:${home.region}:${home.accountId}:function:${name}:${qualifier}`;

const qualifierIn = (arn: string): string => arn.split(':')[7] ?? '';

function versionProvider(services: ProviderServices): ResourceProvider {
  const { functions } = services;
  /** The highest version number of each function; numbers are not reused. */
  const last = new Map<string, number>();
  const add = ({ properties }: Described, number: number): PhysicalResource => {
    const name = functionNameOf(textOf(properties.FunctionName));
    const version = String(number);
    last.set(name, Math.max(last.get(name) ?? 0, number));
    functions.qualify(name, version, version);
    const arn = arnOf(services, name, version);
    return { physicalId: arn, attributes: { Version: version, FunctionArn: arn } };
  };
  return {
    types: ['AWS::Lambda::Version'],
    replacedBy: ['FunctionName'],
    create: async (request) =>
      add(request, (last.get(functionNameOf(textOf(request.properties.FunctionName))) ?? 0) + 1),
    restore: async (existing) => add(existing, Number(qualifierIn(existing.physicalId)) || 1),
    async delete({ physicalId, properties }) {
      functions.qualify(functionNameOf(textOf(properties.FunctionName)), qualifierIn(physicalId), undefined);
    },
  };
}

function aliasProvider(services: ProviderServices): ResourceProvider {
  const point = ({ properties }: Described): PhysicalResource => {
    const name = functionNameOf(textOf(properties.FunctionName));
    const alias = textOf(properties.Name);
    services.functions.qualify(name, alias, textOf(properties.FunctionVersion, '$LATEST'));
    const arn = arnOf(services, name, alias);
    return { physicalId: arn, attributes: { AliasArn: arn } };
  };
  return {
    types: ['AWS::Lambda::Alias'],
    replacedBy: ['FunctionName', 'Name'],
    create: async (request) => point(request),
    update: async (request) => point(request),
    restore: async (existing) => point(existing),
    async delete({ physicalId, properties }) {
      const name = functionNameOf(textOf(properties.FunctionName));
      services.functions.qualify(name, qualifierIn(physicalId), undefined);
    },
  };
}
