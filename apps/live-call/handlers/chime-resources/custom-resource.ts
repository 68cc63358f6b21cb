/**
 * The custom-resource protocol of CloudFormation: an event comes in, the answer is PUT to its ResponseURL.
 * Source: AWS CloudFormation user guide, "Custom resource request types" and "response objects".
 */

export interface CustomResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete';
  ResponseURL: string;
  StackId: string;
  RequestId: string;
  LogicalResourceId: string;
  ResourceType: string;
  /** Update and Delete. */
  PhysicalResourceId?: string;
  /** All scalars arrive as strings. */
  ResourceProperties: Record<string, unknown>;
  /** Update. */
  OldResourceProperties?: Record<string, unknown>;
}

/** What became of a resource. Another `physicalId` than before replaces it: CloudFormation deletes the old one. */
export interface Provisioned {
  physicalId: string;
  /** For `Fn::GetAtt`. */
  attributes?: Record<string, string>;
}

/** Makes, changes and removes the resources of one type. */
export interface Resource {
  create(event: CustomResourceEvent, patience: Patience): Promise<Provisioned>;
  update(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<Provisioned>;
  /** A resource that is gone already is no error. */
  remove(event: CustomResourceEvent, physicalId: string, patience: Patience): Promise<void>;
}

/** Waiting, with an end to it. */
export interface Patience {
  /** Resolves after a pause that grows from call to call. Rejects when the time is up. */
  wait(forWhat: string): Promise<void>;
}

/** Milliseconds of the first pause; each is half as long again, up to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const GROWTH = 1.5;

/** `remainingMs`: what is left for all waiting together. */
export function patience(
  remainingMs: () => number,
  sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
): Patience {
  let pause = FIRST_PAUSE_MS;
  return {
    async wait(forWhat) {
      if (remainingMs() < pause) throw new Error(`Time ran out while waiting for ${forWhat}.`);
      await sleep(pause);
      pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
    },
  };
}

/** Stands for a resource whose creation failed: CloudFormation sends a Delete for it, which does nothing. */
export const NEVER_MADE = 'never-made';
/** Characters of a reason; the whole answer may have 4096 bytes. */
const MAX_REASON = 1_000;

/** Does what the event asks and says what to answer. Never rejects. */
export async function provision(
  event: CustomResourceEvent,
  resources: Record<string, Resource>,
  waiting: Patience,
): Promise<Record<string, unknown>> {
  const { RequestType, ResourceType, PhysicalResourceId = NEVER_MADE } = event;
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
    return { ...about, Status: 'FAILED', PhysicalResourceId, Reason };
  }
}

async function dispatch(
  event: CustomResourceEvent,
  resource: Resource,
  waiting: Patience,
): Promise<Provisioned> {
  const physicalId = event.PhysicalResourceId;
  if (event.RequestType === 'Create' || !physicalId) return resource.create(event, waiting);
  if (event.RequestType === 'Update') return resource.update(event, physicalId, waiting);
  if (physicalId !== NEVER_MADE) await resource.remove(event, physicalId, waiting);
  return { physicalId };
}

/** A property that must be there. */
export function property(event: CustomResourceEvent, name: string): string {
  const value = event.ResourceProperties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`The property ${name} of ${event.LogicalResourceId} is missing.`);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundException';
}

/** In use, or being changed: may pass. */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['ConflictException', 'ThrottledClientException', 'ServiceUnavailableException'].includes(error.name)
  );
}
