/** Converts records of stacks to the API's shapes. Source: CloudFormation API reference, "Data types". */
import type { Change, ChangeSet, Parameter, ResourceRecord, StackEvent, StackRecord } from '../records.ts';

/** The value shown for NoEcho parameters. */
const MASK = '****';

const parameter = ({ key, value, resolved, noEcho }: Parameter): object => ({
  ParameterKey: key,
  ParameterValue: noEcho ? MASK : value,
  ResolvedValue: noEcho ? undefined : resolved,
});

const date = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at));

export function showStack(stack: StackRecord, description: string | undefined): object {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ChangeSetId: stack.changeSetId,
    Description: description,
    Parameters: stack.parameters.map(parameter),
    CreationTime: date(stack.createdAt),
    LastUpdatedTime: date(stack.updatedAt),
    DeletionTime: date(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: stack.notificationArns,
    Capabilities: stack.capabilities,
    Outputs: stack.outputs.map(({ key, value, description: text, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: text,
      ExportName: exportName,
    })),
    RoleARN: stack.roleArn,
    Tags: stack.tags,
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function showSummary(stack: StackRecord, description: string | undefined): object {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    TemplateDescription: description,
    CreationTime: date(stack.createdAt),
    LastUpdatedTime: date(stack.updatedAt),
    DeletionTime: date(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function showEvent(event: StackEvent): object {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    StackName: event.stackName,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.clientRequestToken,
  };
}

export function showResource(record: ResourceRecord): object {
  return {
    LogicalResourceId: record.logicalId,
    PhysicalResourceId: record.physicalId || undefined,
    ResourceType: record.type,
    LastUpdatedTimestamp: date(record.updatedAt),
    ResourceStatus: record.status,
    ResourceStatusReason: record.statusReason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

/** The shape of DescribeStackResources, whose member names differ slightly. */
export function showStackResource(stack: StackRecord, record: ResourceRecord, metadata?: object): object {
  return {
    StackName: stack.stackName,
    StackId: stack.stackId,
    LogicalResourceId: record.logicalId,
    PhysicalResourceId: record.physicalId || undefined,
    ResourceType: record.type,
    Timestamp: date(record.updatedAt),
    LastUpdatedTimestamp: date(record.updatedAt),
    ResourceStatus: record.status,
    ResourceStatusReason: record.statusReason,
    Metadata: metadata ? JSON.stringify(metadata) : undefined,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

export function showChange(change: Change): object {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: change.action,
      LogicalResourceId: change.logicalId,
      PhysicalResourceId: change.physicalId || undefined,
      ResourceType: change.type,
      Replacement: change.replacement,
      Scope: change.scope,
      Details: change.properties.map(({ name, recreation, evaluation }) => ({
        Target: { Attribute: 'Properties', Name: name, RequiresRecreation: recreation },
        Evaluation: evaluation,
        ChangeSource: evaluation === 'Static' ? 'DirectModification' : 'ResourceReference',
      })),
    },
  };
}

export function showChangeSet(changeSet: ChangeSet): object {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.changeSetId,
    StackId: changeSet.stackId,
    StackName: changeSet.stackName,
    Description: changeSet.description,
    Parameters: changeSet.input.parameters.map(parameter),
    CreationTime: date(changeSet.createdAt),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    NotificationARNs: changeSet.input.notificationArns,
    Capabilities: changeSet.input.capabilities,
    Tags: changeSet.input.tags,
    IncludeNestedStacks: false,
    OnStackFailure: changeSet.onStackFailure,
  };
}
