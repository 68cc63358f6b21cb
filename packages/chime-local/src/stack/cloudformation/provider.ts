/** The interface of providers, which create, change and delete resources of a type. */
import type { ResourceRecord } from './records.ts';

/** One resource to create, change or restore. */
export interface ResourceRequest {
  stackId: string;
  stackName: string;
  logicalId: string;
  type: string;
  /** The properties with all references resolved. */
  properties: Record<string, unknown>;
  /** The stack's tags, for resources that carry tags. */
  tags: { Key: string; Value: string }[];
  /** Returns an unused name: `<stack>-<logical id>-<random>`, shortened to the type's limit. */
  newName(maxLength?: number): string;
  /** Aborted when the operation fails elsewhere; a provider then stops waiting. */
  signal: AbortSignal;
}

/** The physical id and the attributes of a created or changed resource. */
export interface PhysicalResource {
  physicalId: string;
  attributes: Record<string, unknown>;
}

/** A resource that exists. */
export type ExistingResource = Pick<
  ResourceRecord,
  'logicalId' | 'type' | 'physicalId' | 'attributes' | 'properties'
>;

/** A failure that left something behind; a rollback deletes the resource with this physical id. */
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
   * `all` if the type cannot be updated.
   */
  readonly replacedBy: readonly string[] | 'all';
  /** The property with a name of the developer's choice, which two resources cannot have at once. */
  readonly nameProperty?: string;
  create(request: ResourceRequest): Promise<PhysicalResource>;
  /** Updates the resource in place; a different physical id in the result makes it a replacement. */
  update?(request: ResourceRequest, existing: ExistingResource): Promise<PhysicalResource>;
  /** Deletes the resource; succeeds if it is already gone. If absent, nothing needs to be deleted. */
  delete?(existing: ExistingResource, request: ResourceRequest): Promise<void>;
  /**
   * Restores in-memory state at a start of the runtime and returns the resource's attributes, which may
   * differ because of this start's ports. If absent, nothing needs to be restored.
   */
  restore?(existing: ExistingResource, request: ResourceRequest): Promise<PhysicalResource>;
}

/**
 * Finds the provider of a type; undefined if there is none and the resource is only recorded in its stack.
 */
export type ProviderLookup = (type: string) => ResourceProvider | undefined;
