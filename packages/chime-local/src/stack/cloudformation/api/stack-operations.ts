/** The operations on stacks. Source: CloudFormation API reference. */
import { flagMember, type QueryInput, type QueryOperation, textMember, textsMember } from '#aws';
import type { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { exportsOf, importersOf } from '../exports.ts';
import { capabilitiesOf } from '../input.ts';
import type { StackRecord } from '../records.ts';
import type { OnFailure } from '../stack-operation.ts';
import { givenInput, page, type ReadObject, required, templateOf } from './requests.ts';
import { showEvent, showResource, showStack, showStackResource, showSummary } from './shapes.ts';

const token = (input: QueryInput): { clientRequestToken?: string } => {
  const value = textMember(input, 'ClientRequestToken');
  return value ? { clientRequestToken: value } : {};
};

export function stackOperations(stacks: CloudFormation, read: ReadObject): Record<string, QueryOperation> {
  const { store } = stacks.context;
  const describe = ({ stackId }: StackRecord): string | undefined =>
    store.input(stackId)?.template.Description;
  /** Stacks that are gone can be asked for by their id. */
  const named = (input: QueryInput): StackRecord => stacks.existing(required(input, 'StackName'));
  return {
    async CreateStack(input) {
      const given = await givenInput(input, read);
      const onFailure = textMember(input, 'OnFailure') as OnFailure | undefined;
      const disableRollback = flagMember(input, 'DisableRollback');
      const terminationProtection = flagMember(input, 'EnableTerminationProtection');
      const StackId = stacks.createStack({
        ...given,
        ...token(input),
        stackName: required(input, 'StackName'),
        ...(onFailure ? { onFailure } : {}),
        ...(disableRollback === undefined ? {} : { disableRollback }),
        ...(terminationProtection === undefined ? {} : { terminationProtection }),
      });
      return { StackId };
    },
    async UpdateStack(input) {
      const given = await givenInput(input, read);
      const disableRollback = flagMember(input, 'DisableRollback') ?? false;
      const stackName = required(input, 'StackName');
      return { StackId: stacks.updateStack({ ...given, ...token(input), stackName, disableRollback }) };
    },
    DeleteStack(input) {
      stacks.deleteStack(required(input, 'StackName'), {
        retain: textsMember(input, 'RetainResources') ?? [],
        ...token(input),
      });
      return undefined;
    },
    CancelUpdateStack(input) {
      stacks.cancelUpdate(required(input, 'StackName'));
      return undefined;
    },
    ContinueUpdateRollback(input) {
      const stack = named(input);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
        throw validationError(
          `Stack:${stack.stackId} is in ${stack.status} state and can not continue update rollback.`,
        );
      }
      stacks.rollBack(stack.stackId, { skip: textsMember(input, 'ResourcesToSkip') ?? [], ...token(input) });
      return {};
    },
    RollbackStack: (input) => ({ StackId: stacks.rollBack(required(input, 'StackName'), token(input)) }),
    UpdateTerminationProtection(input) {
      const enabled = flagMember(input, 'EnableTerminationProtection') ?? false;
      return { StackId: stacks.setTerminationProtection(required(input, 'StackName'), enabled) };
    },
    DescribeStacks(input) {
      const name = textMember(input, 'StackName');
      const found = name
        ? [stacks.existing(name)]
        : store.all().filter(({ status }) => status !== 'DELETE_COMPLETE');
      const { items, ...rest } = page(found, input);
      return { Stacks: items.map((stack) => showStack(stack, describe(stack))), ...rest };
    },
    ListStacks(input) {
      const filter = textsMember(input, 'StackStatusFilter') ?? [];
      const found = store
        .all()
        .filter(({ status }) => filter.length === 0 || filter.includes(status))
        .reverse();
      const { items, ...rest } = page(found, input);
      return { StackSummaries: items.map((stack) => showSummary(stack, describe(stack))), ...rest };
    },
    DescribeStackEvents(input) {
      const events = [...store.events(named(input).stackId)].reverse();
      const { items, ...rest } = page(events, input);
      return { StackEvents: items.map(showEvent), ...rest };
    },
    ListStackResources(input) {
      const { items, ...rest } = page(store.resources(named(input).stackId), input);
      return { StackResourceSummaries: items.map(showResource), ...rest };
    },
    DescribeStackResources(input) {
      const physical = textMember(input, 'PhysicalResourceId');
      const logical = textMember(input, 'LogicalResourceId');
      const stack = physical ? ownerOf(stacks, physical) : named(input);
      const found = store
        .resources(stack.stackId)
        .filter(({ logicalId }) => logical === undefined || logical === logicalId);
      return { StackResources: found.map((record) => showStackResource(stack, record)) };
    },
    DescribeStackResource(input) {
      const stack = named(input);
      const logicalId = required(input, 'LogicalResourceId');
      const record = store.resource(stack.stackId, logicalId);
      if (!record) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
      const metadata = store.input(stack.stackId)?.template.Resources[logicalId]?.Metadata;
      return { StackResourceDetail: showStackResource(stack, record, metadata) };
    },
    GetTemplate(input) {
      const changeSet = textMember(input, 'ChangeSetName');
      const stored = changeSet
        ? stacks.changeSets.find(changeSet, textMember(input, 'StackName')).input
        : store.input(named(input).stackId);
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
    ListExports(input) {
      const { items, ...rest } = page(exportsOf(store), input);
      return {
        Exports: items.map(({ name, value, exportingStackId }) => ({
          ExportingStackId: exportingStackId,
          Name: name,
          Value: value,
        })),
        ...rest,
      };
    },
    ListImports(input) {
      const name = required(input, 'ExportName');
      const importers = importersOf(store, name);
      if (importers.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
      const { items, ...rest } = page(importers, input);
      return { Imports: items, ...rest };
    },
    GetStackPolicy: () => ({}),
    DescribeAccountLimits: () => ({ AccountLimits: [{ Name: 'StackLimit', Value: 2000 }] }),
  };
}

function ownerOf(stacks: CloudFormation, physicalId: string): StackRecord {
  const { store } = stacks.context;
  const found = store
    .all()
    .find(
      ({ stackId, status }) =>
        status !== 'DELETE_COMPLETE' &&
        store.resources(stackId).some((record) => record.physicalId === physicalId),
    );
  if (!found) throw validationError(`Stack for ${physicalId} does not exist`);
  return found;
}
