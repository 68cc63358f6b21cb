/** The records that CloudFormation keeps of stacks; all of them can be serialised as JSON. */
import type { RemovalPolicy, Template } from '#template';

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | `${'CREATE' | 'DELETE' | 'UPDATE' | 'ROLLBACK' | 'UPDATE_ROLLBACK'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';

export type ResourceStatus =
  | `${'CREATE' | 'DELETE' | 'UPDATE'}_${'IN_PROGRESS' | 'COMPLETE' | 'FAILED'}`
  | 'DELETE_SKIPPED';

/** A resource as it is (or was, if it waits for its cleanup). */
export interface ResourceRecord {
  logicalId: string;
  type: string;
  /** The value of `Ref`. */
  physicalId: string;
  /** The values of `Fn::GetAtt`. */
  attributes: Record<string, unknown>;
  /** Resolved properties, as last applied. */
  properties: Record<string, unknown>;
  /** Logical ids of resources that must be deleted after this one. */
  needs: string[];
  status: ResourceStatus;
  statusReason?: string;
  /** Milliseconds since the epoch. */
  updatedAt: number;
  deletionPolicy?: RemovalPolicy;
  updateReplacePolicy?: RemovalPolicy;
}

export interface Parameter {
  key: string;
  /** The given value, or the template's default. */
  value: string;
  /** The resolved value of a parameter of an SSM type. */
  resolved?: string;
  noEcho?: boolean;
}

export interface Tag {
  Key: string;
  Value: string;
}

export interface Output {
  key: string;
  value: string;
  description?: string;
  exportName?: string;
}

/** The input of a create or an update. */
export interface StackInput {
  template: Template;
  /** The template as it was sent, which GetTemplate returns. */
  templateBody: string;
  parameters: Parameter[];
  tags: Tag[];
  capabilities: string[];
  notificationArns: string[];
  roleArn?: string;
}

export interface StackRecord extends Omit<StackInput, 'template' | 'templateBody'> {
  stackId: string;
  stackName: string;
  status: StackStatus;
  statusReason?: string;
  createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  outputs: Output[];
  /** Names of other stacks' exports that this stack's resources use. */
  imports: string[];
  disableRollback: boolean;
  terminationProtection: boolean;
  /** The parent of a nested stack. */
  parentId?: string;
  rootId?: string;
  changeSetId?: string;
}

/** The state to which a failed update rolls back. */
export interface Snapshot {
  input: StackInput;
  outputs: Output[];
  imports: string[];
  resources: ResourceRecord[];
}

export interface StackEvent {
  eventId: string;
  stackId: string;
  stackName: string;
  logicalId: string;
  physicalId: string;
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
  status: StackStatus | ResourceStatus;
  reason?: string;
  /** The properties as JSON. */
  properties?: string;
  clientRequestToken?: string;
}

/** One entry of a change set's `Changes`. */
export interface Change {
  action: 'Add' | 'Modify' | 'Remove';
  logicalId: string;
  physicalId?: string;
  type: string;
  replacement?: 'True' | 'False' | 'Conditional';
  scope: ('Properties' | 'Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy')[];
  /** Names of the properties that differ. */
  properties: {
    name: string;
    recreation: 'Never' | 'Always' | 'Conditionally';
    evaluation: 'Static' | 'Dynamic';
  }[];
}

export interface ChangeSet {
  changeSetId: string;
  name: string;
  stackId: string;
  stackName: string;
  type: 'CREATE' | 'UPDATE';
  status: 'CREATE_PENDING' | 'CREATE_COMPLETE' | 'FAILED';
  statusReason?: string;
  executionStatus:
    | 'AVAILABLE'
    | 'UNAVAILABLE'
    | 'EXECUTE_IN_PROGRESS'
    | 'EXECUTE_COMPLETE'
    | 'EXECUTE_FAILED';
  createdAt: number;
  description?: string;
  input: StackInput;
  changes: Change[];
  onStackFailure?: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
}
