/**
 * The operations that describe stacks, their events, resources and exports. Source: CloudFormation API
 * reference.
 */
import { type QueryOperation, textMember, textsMember } from '#aws';
import type { CloudFormation } from '../cloudformation.ts';
import { validationError } from '../context.ts';
import { exportsOf, importersOf } from '../exports.ts';
import type { StackRecord } from '../records.ts';
import { namedStack, page, required } from './requests.ts';
import { showEvent, showResource, showStack, showStackResource, showSummary } from './shapes.ts';

export function stackQueries(stacks: CloudFormation): Record<string, QueryOperation> {
  const { store } = stacks.context;
  const describe = ({ stackId }: StackRecord): string | undefined =>
    store.input(stackId)?.template.Description;
  return {
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
    GetStackPolicy: () => ({}),
    DescribeAccountLimits: () => ({ AccountLimits: [{ Name: 'StackLimit', Value: 2000 }] }),
  };
}

export function resourceQueries(stacks: CloudFormation): Record<string, QueryOperation> {
  const { store } = stacks.context;
  return {
    DescribeStackEvents(input) {
      const events = [...store.events(namedStack(stacks, input).stackId)].reverse();
      const { items, ...rest } = page(events, input);
      return { StackEvents: items.map(showEvent), ...rest };
    },
    ListStackResources(input) {
      const { items, ...rest } = page(store.resources(namedStack(stacks, input).stackId), input);
      return { StackResourceSummaries: items.map(showResource), ...rest };
    },
    DescribeStackResources(input) {
      const physical = textMember(input, 'PhysicalResourceId');
      const logical = textMember(input, 'LogicalResourceId');
      const stack = physical ? ownerOf(stacks, physical) : namedStack(stacks, input);
      const found = store
        .resources(stack.stackId)
        .filter(({ logicalId }) => logical === undefined || logical === logicalId);
      return { StackResources: found.map((record) => showStackResource(stack, record)) };
    },
    DescribeStackResource(input) {
      const stack = namedStack(stacks, input);
      const logicalId = required(input, 'LogicalResourceId');
      const record = store.resource(stack.stackId, logicalId);
      if (!record) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
      const metadata = store.input(stack.stackId)?.template.Resources[logicalId]?.Metadata;
      return { StackResourceDetail: showStackResource(stack, record, metadata) };
    },
  };
}

export function exportQueries({ context: { store } }: CloudFormation): Record<string, QueryOperation> {
  return {
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
