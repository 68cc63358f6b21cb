/**
 * The custom-resource protocol of CloudFormation: an event comes in, and the answer is PUT to its
 * ResponseURL. Source: AWS CloudFormation user guide, "Custom resource request types" and "response objects".
 */
import type { Patience } from './patience.ts';

export type { Patience } from './patience.ts';

export interface CustomResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete';
  ResponseURL: string;
  StackId: string;
  RequestId: string;
  LogicalResourceId: string;
  ResourceType: string;
  /** Present for Update and Delete. */
  PhysicalResourceId?: string;
  /** All scalars arrive as strings. */
  ResourceProperties: Record<string, unknown>;
  /** Present for Update. */
  OldResourceProperties?: Record<string, unknown>;
}

/**
 * The outcome for a resource. A `physicalId` that differs from the previous one replaces the resource:
 * CloudFormation deletes the old one.
 */
export interface Provisioned {
  physicalId: string;
  /** For `Fn::GetAtt`. */
  attributes?: Record<string, string>;
}

/** Creates, changes and removes the resources of one type. */
export interface Resource {
  /** Rejects with `Unfinished` when something was started that a Delete must find again. */
  create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned>;
  /** When it rejects, the resource is unchanged: the answer carries its previous id. */
  update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned>;
  /** A resource that is already gone is no error, nor is an unknown id: the resource may never have been created. */
  remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void>;
}

/** A creation that failed and left something behind; the Delete that follows receives `physicalId` and cleans up. */
export class Unfinished extends Error {
  override name = 'Unfinished';
  readonly physicalId: string;

  constructor(physicalId: string, cause: unknown) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
    this.physicalId = physicalId;
  }
}

/** The physical id in the answer when a creation failed before anything with an id was created. */
export const NEVER_MADE = 'never-made';
/** Maximum characters of a reason; the whole answer may have 4096 bytes. */
const MAX_REASON = 1_000;

/** Carries out the event and returns the answer. Never rejects. */
export async function provision(
  event: CustomResourceEvent,
  resources: Record<string, Resource>,
  waiting: Patience,
): Promise<Record<string, unknown>> {
  const { RequestType, ResourceType } = event;
  const about = {
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  try {
    const resource = resources[ResourceType];
    if (!resource) throw new Error(`This function makes no ${ResourceType}.`);
    const { physicalId, attributes } = await dispatch(event, resource, waiting);
    return { ...about, Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: attributes ?? {} };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    const Reason = `${RequestType} of ${ResourceType}: ${name}: ${message}`.slice(0, MAX_REASON);
    return { ...about, Status: 'FAILED', PhysicalResourceId: idAfterFailure(event, error), Reason };
  }
}

function idAfterFailure(event: CustomResourceEvent, error: unknown): string {
  if (event.PhysicalResourceId !== undefined) return event.PhysicalResourceId;
  return error instanceof Unfinished ? error.physicalId : NEVER_MADE;
}

async function dispatch(
  event: CustomResourceEvent,
  resource: Resource,
  waiting: Patience,
): Promise<Provisioned> {
  const physicalId = event.PhysicalResourceId ?? NEVER_MADE;
  if (event.RequestType === 'Create') return resource.create(event, waiting);
  if (event.RequestType === 'Update') return resource.update(event, physicalId, waiting);
  await resource.remove(event, physicalId, waiting);
  return { physicalId };
}

/** A property that is required. */
export function property(event: CustomResourceEvent, name: string): string {
  const value = event.ResourceProperties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`The property ${name} of ${event.LogicalResourceId} is missing.`);
}
