/** Secrets, given or generated, and custom event buses. */
import { randomPassword } from '#aws';
import type { ResourceProvider } from '#cloudformation';
import { isObject } from '#platform';

import { type ProviderServices, textOf } from './services.ts';

/** The services' limits for the length of names, in characters. */
const MAX_SECRET_NAME = 512;
const MAX_BUS_NAME = 256;

type Properties = Record<string, unknown>;

/** The template's text, or a generated one: a password, or a JSON object with a password in it. */
function secretText({ SecretString, GenerateSecretString }: Properties): string | undefined {
  if (SecretString !== undefined) return textOf(SecretString);
  if (!isObject(GenerateSecretString)) return undefined;
  const { SecretStringTemplate, GenerateStringKey, ...wishes } = GenerateSecretString;
  // Numbers and booleans may be strings in a template.
  const read = Object.entries(wishes).map(([name, value]) => {
    if (name === 'PasswordLength') return [name, Number(value)];
    return [name, ['true', 'false'].includes(String(value)) ? String(value) === 'true' : value];
  });
  const password = randomPassword(Object.fromEntries(read));
  if (GenerateStringKey === undefined) return password;
  const template: unknown = JSON.parse(textOf(SecretStringTemplate) || '{}');
  return JSON.stringify({ ...(template as object), [textOf(GenerateStringKey)]: password });
}

function secretProvider({ secrets }: ProviderServices): ResourceProvider {
  const describe = (arn: string) => ({ physicalId: arn, attributes: { Id: arn, Arn: arn } });
  return {
    types: ['AWS::SecretsManager::Secret'],
    replacedBy: ['Name'],
    nameProperty: 'Name',
    async create({ properties, newName }) {
      const name = textOf(properties.Name) || newName(MAX_SECRET_NAME);
      const text = secretText(properties);
      const description = properties.Description === undefined ? undefined : textOf(properties.Description);
      return describe(secrets.create(name, text === undefined ? undefined : { text }, { description }).arn);
    },
    async update({ properties }, { physicalId, properties: before }) {
      const isSame = (name: string): boolean =>
        JSON.stringify(before[name]) === JSON.stringify(properties[name]);
      const text =
        isSame('SecretString') && isSame('GenerateSecretString') ? undefined : secretText(properties);
      if (text !== undefined) secrets.putValue(physicalId, { text });
      return describe(physicalId);
    },
    // CloudFormation deletes secrets without a recovery window.
    async delete({ physicalId }) {
      if (secrets.find(physicalId)) secrets.delete(physicalId);
    },
  };
}

function busProvider({ eventBuses }: ProviderServices): ResourceProvider {
  const describe = (name: string) => ({
    physicalId: name,
    attributes: { Arn: eventBuses.busArn(name), Name: name },
  });
  return {
    types: ['AWS::Events::EventBus'],
    replacedBy: ['Name'],
    nameProperty: 'Name',
    async create({ properties, newName }) {
      const name = textOf(properties.Name) || newName(MAX_BUS_NAME);
      eventBuses.createBus(name);
      return describe(name);
    },
    update: async (_request, { physicalId }) => describe(physicalId),
    delete: async ({ physicalId }) => eventBuses.deleteBus(physicalId),
  };
}

export const secretAndBusProviders = (services: ProviderServices): ResourceProvider[] => [
  secretProvider(services),
  busProvider(services),
];
