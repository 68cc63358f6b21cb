/** State machines, with the ARNs of their functions put into their definitions. */
import type { Definition } from '#aws';
import type { ResourceProvider } from '#cloudformation';
import { recordOf, TemplateError } from '#template';
import { type ProviderServices, textOf } from './services.ts';

/** Step Functions' limit for a name, characters. */
const MAX_NAME = 80;

function definitionOf(logicalId: string, properties: Record<string, unknown>): Definition {
  const { DefinitionString, Definition: given, DefinitionSubstitutions } = properties;
  let text = DefinitionString === undefined ? JSON.stringify(given) : textOf(DefinitionString);
  for (const [name, value] of Object.entries(recordOf(DefinitionSubstitutions)))
    text = text.replaceAll(`\${${name}}`, textOf(value));
  try {
    return JSON.parse(text) as Definition;
  } catch {
    throw new TemplateError(
      `${logicalId} (AWS::StepFunctions::StateMachine) has no definition that is JSON.`,
    );
  }
}

export function stateMachineProvider({ stateMachines, home }: ProviderServices): ResourceProvider {
  const define = (arn: string, logicalId: string, properties: Record<string, unknown>) => {
    stateMachines.define(arn, definitionOf(logicalId, properties));
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
