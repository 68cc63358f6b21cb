/** State machines, with their functions' ARNs substituted into their definitions. */
import { readFile } from 'node:fs/promises';
import type { Definition } from '#aws';
import type { ResourceProvider } from '#cloudformation';
import { checkDepth, readYaml, recordOf, TemplateError } from '#template';
import { type ProviderServices, textOf } from './services.ts';

/** Step Functions' limit for the length of a name, in characters. */
const MAX_NAME = 80;
/** Step Functions' limit for the size of a definition, in bytes. API reference, CreateStateMachine. */
const MAX_DEFINITION_BYTES = 1_048_576;

/** The text of a definition that is in a bucket or among the assembly's files. */
async function storedDefinition(
  { Bucket, Key }: Record<string, unknown>,
  services: ProviderServices,
): Promise<string> {
  const asset = services.asset(textOf(Key));
  if (asset) return readFile(asset.path, 'utf8');
  return (await services.s3.read(textOf(Bucket), textOf(Key)))?.body.toString('utf8') ?? '';
}

async function definitionOf(
  logicalId: string,
  properties: Record<string, unknown>,
  services: ProviderServices,
): Promise<Definition> {
  const { DefinitionString, Definition: given, DefinitionS3Location, DefinitionSubstitutions } = properties;
  let text =
    DefinitionS3Location !== undefined
      ? await storedDefinition(recordOf(DefinitionS3Location), services)
      : DefinitionString === undefined
        ? JSON.stringify(given)
        : textOf(DefinitionString);
  for (const [name, value] of Object.entries(recordOf(DefinitionSubstitutions)))
    text = text.replaceAll(`\${${name}}`, textOf(value));
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) {
    throw new TemplateError(
      `${logicalId} (AWS::StepFunctions::StateMachine) has a definition of more than ${MAX_DEFINITION_BYTES} bytes.`,
    );
  }
  const definition = read(text);
  if (definition) return definition;
  throw new TemplateError(
    `${logicalId} (AWS::StepFunctions::StateMachine) has no definition with StartAt and States, in JSON or YAML.`,
  );
}

function read(text: string): Definition | undefined {
  try {
    const value = recordOf(text.trimStart().startsWith('{') ? JSON.parse(text) : readYaml(text, {}));
    checkDepth(value);
    return value.StartAt && value.States ? (value as unknown as Definition) : undefined;
  } catch {
    return undefined;
  }
}

export function stateMachineProvider(services: ProviderServices): ResourceProvider {
  const { stateMachines, home } = services;
  const define = async (arn: string, logicalId: string, properties: Record<string, unknown>) => {
    const definition = await definitionOf(logicalId, properties, services);
    stateMachines.define(
      arn,
      definition,
      textOf(properties.RoleArn),
      textOf(properties.StateMachineType, 'STANDARD'),
    );
    return { physicalId: arn, attributes: { Arn: arn, Name: arn.split(':').at(-1) } };
  };
  return {
    types: ['AWS::StepFunctions::StateMachine'],
    replacedBy: ['StateMachineName', 'StateMachineType'],
    nameProperty: 'StateMachineName',
    async create({ logicalId, properties, newName }) {
      const name = textOf(properties.StateMachineName) || newName(MAX_NAME);
      const arn = `arn:aws:states:${home.region}:${home.accountId}:stateMachine:${name}`;
      return define(arn, logicalId, properties);
    },
    update: async ({ logicalId, properties }, { physicalId }) => define(physicalId, logicalId, properties),
    restore: async ({ physicalId, logicalId, properties }) => define(physicalId, logicalId, properties),
    delete: async ({ physicalId }) => stateMachines.remove(physicalId),
  };
}
