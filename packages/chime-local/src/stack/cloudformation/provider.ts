/** Who makes, changes and takes away resources of a type. */
import type { ResourceRecord } from './records.ts';

/** One resource to make, to change or to put back. */
export interface ResourceRequest {
  stackId: string;
  stackName: string;
  logicalId: string;
  type: string;
  /** Resolved. */
  properties: Record<string, unknown>;
  /** Of the stack, for what carries tags. */
  tags: { Key: string; Value: string }[];
  /** A name that nothing has yet: `<stack>-<logical id>-<random>`, cut to the type's limit. */
  newName(maxLength?: number): string;
  /** Aborted when the operation fails elsewhere: who waits for others stops waiting. */
  signal: AbortSignal;
}

/** What a resource came to be. */
export interface PhysicalResource {
  physicalId: string;
  attributes: Record<string, unknown>;
}

/** A resource that is there. */
export type ExistingResource = Pick<
  ResourceRecord,
  'logicalId' | 'type' | 'physicalId' | 'attributes' | 'properties'
>;

/** A failure that left something behind: its physical id is what a rollback deletes. */
export class ResourceFailure extends Error {
  override name = 'ResourceFailure';
  readonly physicalId: string;
  constructor(message: string, physicalId: string) {
    super(message);
    this.physicalId = physicalId;
  }
}

export interface ResourceProvider {
  readonly types: readonly string[];
  /**
   * Properties whose change needs a new resource ("Update requires: Replacement" in the type's reference);
   * `all` where the type has no update.
   */
  readonly replacedBy: readonly string[] | 'all';
  /** The property that gives it a name of the developer's choice, which two cannot have at once. */
  readonly nameProperty?: string;
  create(request: ResourceRequest): Promise<PhysicalResource>;
  /** Changes it in place; may answer with another physical id, which makes it a replacement. */
  update?(request: ResourceRequest, existing: ExistingResource): Promise<PhysicalResource>;
  /** Absent: there is nothing to take away. Succeeds when it is gone already. */
  delete?(existing: ExistingResource, request: ResourceRequest): Promise<void>;
  /**
   * Puts back, at a start of the runtime, what lives in memory only, and tells its attributes, which may be others
   * on this start's ports. Absent: it needs nothing.
   */
  restore?(existing: ExistingResource, request: ResourceRequest): Promise<PhysicalResource>;
}

/** The provider of a type; undefined: none, and the resource is only recorded in its stack. */
export type ProviderLookup = (type: string) => ResourceProvider | undefined;
