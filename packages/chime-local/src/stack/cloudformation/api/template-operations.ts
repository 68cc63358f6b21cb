/** The operations on templates. Source: CloudFormation API reference. */
import { type QueryOperation, textMember } from '#aws';
import type { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { capabilitiesOf } from '../input.ts';
import { namedStack, type ReadObject, templateOf } from './requests.ts';

export function templateOperations(stacks: CloudFormation, read: ReadObject): Record<string, QueryOperation> {
  const { store } = stacks.context;
  return {
    GetTemplate(input) {
      const changeSet = textMember(input, 'ChangeSetName');
      const stored = changeSet
        ? stacks.changeSets.find(changeSet, textMember(input, 'StackName')).input
        : store.input(namedStack(stacks, input).stackId);
      return { TemplateBody: stored?.templateBody ?? '', StagesAvailable: ['Original', 'Processed'] };
    },
    async ValidateTemplate(input) {
      const template = await templateOf(input, read);
      const capabilities = capabilitiesOf(template);
      return {
        Parameters: Object.entries(template.Parameters ?? {}).map(([ParameterKey, declared]) => ({
          ParameterKey,
          DefaultValue: declared.Default,
          NoEcho: String(declared.NoEcho) === 'true',
          Description: declared.Description,
        })),
        Description: template.Description,
        Capabilities: capabilities,
        CapabilitiesReason:
          capabilities.length > 0 ? 'The template has resources of IAM or a transform.' : undefined,
      };
    },
    async GetTemplateSummary(input) {
      const stackName = textMember(input, 'StackName');
      const template = stackName
        ? store.input(stacks.existing(stackName).stackId)?.template
        : await templateOf(input, read);
      if (!template) throw validationError(`Stack with id ${stackName} does not exist`);
      return {
        Parameters: Object.entries(template.Parameters ?? {}).map(([ParameterKey, declared]) => ({
          ParameterKey,
          DefaultValue: declared.Default,
          ParameterType: declared.Type ?? 'String',
          NoEcho: String(declared.NoEcho) === 'true',
          Description: declared.Description,
          ParameterConstraints: { AllowedValues: declared.AllowedValues ?? [] },
        })),
        Description: template.Description,
        Capabilities: capabilitiesOf(template),
        ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
        Version: template.AWSTemplateFormatVersion ?? '2010-09-09',
        Metadata: template.Metadata ? JSON.stringify(template.Metadata) : undefined,
        ResourceIdentifierSummaries: [],
      };
    },
  };
}
