/**
 * The steps of an operation: each creates, updates, restores or deletes one resource and writes its events.
 */
import { isDeepStrictEqual } from 'node:util';
import type { TemplateResource } from '#template';
import type { StackContext } from './context.ts';
import {
  type ExistingResource,
  type PhysicalResource,
  ResourceFailure,
  type ResourceProvider,
  type ResourceRequest,
} from './provider.ts';
import type { ResourceRecord, ResourceStatus, StackRecord, StackStatus } from './records.ts';
import { addStackEvent } from './stack-event.ts';

/** Random characters at the end of a generated name. */
const SUFFIX_CHARACTERS = 12;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Maximum length of a generated name, in characters, if the type has no limit of its own. */
const MAX_NAME = 255;
/** Maximum length of a resource's status reason, in characters. */
const MAX_REASON = 2048;

/** Thrown when a step has failed and its event is written. */
export class StepFailed extends Error {
  override name = 'StepFailed';
}

export interface StepOptions {
  context: StackContext;
  stack: StackRecord;
  signal: AbortSignal;
  clientRequestToken?: string;
}

type Properties = Record<string, unknown>;

export class ResourceSteps {
  readonly #options: StepOptions;
  readonly #context: StackContext;

  constructor(options: StepOptions) {
    this.#options = options;
    this.#context = options.context;
  }

  /** The names of the properties that differ. */
  static changed(before: Properties, after: Properties): string[] {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
  }

  providerOf(type: string): ResourceProvider | undefined {
    const provider = this.#context.providers(type);
    if (!provider) this.#context.shortfalls.type(type);
    return provider;
  }

  /** Creates the resource. @throws StepFailed */
  async create(
    logicalId: string,
    resource: TemplateResource,
    properties: Properties,
    needs: string[],
    replaces?: ResourceRecord,
  ): Promise<ResourceRecord> {
    const record = this.#record(logicalId, resource, properties, needs, 'CREATE_IN_PROGRESS');
    const verb = replaces ? 'UPDATE' : 'CREATE';
    const shown = replaces ? { ...record, physicalId: replaces.physicalId } : record;
    this.#note(
      shown,
      `${verb}_IN_PROGRESS`,
      replaces && 'Requested update requires the creation of a new physical resource; hence creating one.',
    );
    if (!replaces) this.#keep(record);
    try {
      const provider = this.providerOf(resource.Type);
      if (replaces && provider) refuseSameName(logicalId, provider, replaces.properties, properties);
      const request = this.#request(record);
      const made = await this.#perform(request, verb === 'CREATE' ? 'creation' : 'update', async () =>
        provider ? provider.create(request) : { physicalId: request.newName(), attributes: {} },
      );
      Object.assign(record, made);
      this.#note(record, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
      return this.#done(record, `${verb}_COMPLETE`, 'CREATE_COMPLETE');
    } catch (error) {
      if (error instanceof ResourceFailure) record.physicalId = error.physicalId;
      // The old resource still exists and remains the stack's.
      if (replaces && record.physicalId) this.#leave(record);
      throw this.#failed(replaces ?? record, `${verb}_FAILED`, error);
    }
  }

  /** Updates the resource in place; the result may be another physical resource. @throws StepFailed */
  async update(
    existing: ResourceRecord,
    resource: TemplateResource,
    properties: Properties,
    needs: string[],
  ): Promise<ResourceRecord> {
    const provider = this.providerOf(resource.Type);
    this.#note({ ...existing, properties }, 'UPDATE_IN_PROGRESS');
    this.#keep({ ...existing, status: 'UPDATE_IN_PROGRESS' });
    const record = this.#record(existing.logicalId, resource, properties, needs, 'UPDATE_IN_PROGRESS');
    try {
      const made = await this.#perform(this.#request(record), 'update', async (request) =>
        provider?.update ? provider.update(request, existing) : pick(existing),
      );
      Object.assign(record, made);
      if (made.physicalId !== existing.physicalId) {
        this.#note(
          record,
          'UPDATE_IN_PROGRESS',
          'Requested update required the provider to create a new physical resource',
        );
      }
      return this.#done(record, 'UPDATE_COMPLETE', 'UPDATE_COMPLETE');
    } catch (error) {
      throw this.#failed(existing, 'UPDATE_FAILED', error);
    }
  }

  /** Restores what a restart lost; writes an event only on failure. @throws StepFailed */
  async restore(
    existing: ResourceRecord,
    resource: TemplateResource,
    needs: string[],
  ): Promise<ResourceRecord> {
    const provider = this.providerOf(resource.Type);
    try {
      const made = provider?.restore
        ? await provider.restore(existing, this.#request(existing))
        : pick(existing);
      const record = { ...existing, ...made, needs, ...policiesOf(resource) };
      if (!isDeepStrictEqual(record, existing)) this.#keep(record);
      return record;
    } catch (error) {
      throw this.#failed(existing, 'UPDATE_FAILED', error);
    }
  }

  /** Keeps a resource that the operation does not change; only its policies and needs may differ. */
  keep(existing: ResourceRecord, resource: TemplateResource, needs: string[]): ResourceRecord {
    const record = { ...existing, needs, ...policiesOf(resource) };
    if (!isDeepStrictEqual(record, existing)) this.#keep(record);
    return record;
  }

  /**
   * Deletes the resource. `current`: it is the stack's resource under its logical id, not one that was
   * replaced.
   * @returns whether it is gone
   */
  async delete(record: ResourceRecord, { current }: { current: boolean }): Promise<boolean> {
    const { store } = this.#context;
    if (record.physicalId) {
      this.#note(record, 'DELETE_IN_PROGRESS');
      if (current) this.#keep({ ...record, status: 'DELETE_IN_PROGRESS' });
      try {
        const provider = this.providerOf(record.type);
        await provider?.delete?.(record, this.#request(record));
      } catch (error) {
        const failed = this.#failed(record, 'DELETE_FAILED', error);
        if (current) this.#keep({ ...record, status: 'DELETE_FAILED', statusReason: failed.message });
        return false;
      }
    }
    this.#note(record, 'DELETE_COMPLETE');
    if (current) store.removeResource(this.#options.stack.stackId, record.logicalId);
    return true;
  }

  /** Retains the resource, as its policy demands. */
  skip(record: ResourceRecord, { current }: { current: boolean }): void {
    this.#note(record, 'DELETE_SKIPPED');
    if (current) this.#context.store.removeResource(this.#options.stack.stackId, record.logicalId);
  }

  /** Makes the record the stack's current resource again. */
  reinstate(record: ResourceRecord): void {
    const restored: ResourceRecord = {
      ...record,
      status: 'UPDATE_COMPLETE',
      updatedAt: this.#context.clock.now(),
    };
    delete restored.statusReason;
    this.#note(record, 'UPDATE_IN_PROGRESS');
    this.#keep(restored);
    this.#note(record, 'UPDATE_COMPLETE');
  }

  /** Records a step that could not begin because its properties cannot be resolved. */
  refuse(
    logicalId: string,
    resource: TemplateResource,
    existing: ResourceRecord | undefined,
    error: unknown,
  ): void {
    const record = existing ?? this.#record(logicalId, resource, {}, [], 'CREATE_FAILED');
    this.#failed(record, existing ? 'UPDATE_FAILED' : 'CREATE_FAILED', error);
  }

  /** Writes an event of the stack itself. */
  stackEvent(status: StackStatus, reason?: string): void {
    const { stack, clientRequestToken } = this.#options;
    addStackEvent(this.#context, stack, status, { reason, clientRequestToken });
  }

  async #perform(
    request: ResourceRequest,
    what: string,
    work: (request: ResourceRequest) => Promise<PhysicalResource>,
  ): Promise<PhysicalResource> {
    try {
      return await work(request);
    } catch (error) {
      if (!request.signal.aborted) throw error;
      const message = `Resource ${what} cancelled`;
      throw error instanceof ResourceFailure
        ? new ResourceFailure(message, error.physicalId)
        : new Error(message);
    }
  }

  #record(
    logicalId: string,
    resource: TemplateResource,
    properties: Properties,
    needs: string[],
    status: ResourceStatus,
  ): ResourceRecord {
    return {
      logicalId,
      type: resource.Type,
      physicalId: '',
      attributes: {},
      properties,
      needs,
      status,
      updatedAt: this.#context.clock.now(),
      ...policiesOf(resource),
    };
  }

  #request(record: Pick<ResourceRecord, 'logicalId' | 'type' | 'properties'>): ResourceRequest {
    const { stack, signal } = this.#options;
    return {
      stackId: stack.stackId,
      stackName: stack.stackName,
      logicalId: record.logicalId,
      type: record.type,
      properties: record.properties,
      tags: stack.tags,
      newName: (maxLength = MAX_NAME) => this.#newName(record.logicalId, maxLength),
      signal,
    };
  }

  #newName(logicalId: string, maxLength: number): string {
    const random = Array.from(
      { length: SUFFIX_CHARACTERS },
      () => ALPHABET[this.#context.ids.integer(ALPHABET.length)],
    );
    const room = maxLength - SUFFIX_CHARACTERS - 1;
    const stackName = this.#options.stack.stackName;
    const whole = `${stackName}-${logicalId}`;
    // Both parts are shortened equally, as CloudFormation does, so that each remains recognisable.
    const half = Math.floor((room - 1) / 2);
    const stackPart = stackName.slice(0, Math.max(half, room - 1 - logicalId.length));
    const short = whole.length <= room ? whole : `${stackPart}-${logicalId}`.slice(0, room);
    return `${short}-${random.join('')}`;
  }

  #done(record: ResourceRecord, shown: ResourceStatus, kept: ResourceStatus): ResourceRecord {
    record.status = shown === 'UPDATE_COMPLETE' ? 'UPDATE_COMPLETE' : kept;
    record.updatedAt = this.#context.clock.now();
    this.#keep(record);
    this.#note(record, shown);
    return record;
  }

  #failed(record: ResourceRecord, status: ResourceStatus, error: unknown): StepFailed {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
    const failed: ResourceRecord = {
      ...record,
      status,
      statusReason: message,
      updatedAt: this.#context.clock.now(),
    };
    this.#keep(failed);
    this.#note(failed, status, message);
    return new StepFailed(message);
  }

  #leave(record: ResourceRecord): void {
    const { store } = this.#context;
    const { stackId } = this.#options.stack;
    store.setLeftovers(stackId, [...store.leftovers(stackId), record]);
  }

  #keep(record: ResourceRecord): void {
    this.#context.store.setResource(this.#options.stack.stackId, record);
  }

  #note(
    record: Pick<ResourceRecord, 'logicalId' | 'physicalId' | 'type'> & {
      properties?: Properties | undefined;
    },
    status: ResourceStatus,
    reason?: string,
  ): void {
    const { stack, clientRequestToken } = this.#options;
    const { clock, ids, store } = this.#context;
    store.addEvent({
      eventId: `${record.logicalId}-${status}-${ids.guid()}`,
      stackId: stack.stackId,
      stackName: stack.stackName,
      logicalId: record.logicalId,
      physicalId: record.physicalId,
      type: record.type,
      at: clock.now(),
      status,
      ...(reason ? { reason } : {}),
      ...(record.properties ? { properties: JSON.stringify(record.properties) } : {}),
      ...(clientRequestToken ? { clientRequestToken } : {}),
    });
  }
}

const pick = ({ physicalId, attributes }: ExistingResource): PhysicalResource => ({ physicalId, attributes });

function policiesOf(
  resource: TemplateResource,
): Pick<ResourceRecord, 'deletionPolicy' | 'updateReplacePolicy'> {
  return {
    ...(resource.DeletionPolicy ? { deletionPolicy: resource.DeletionPolicy } : {}),
    ...(resource.UpdateReplacePolicy ? { updateReplacePolicy: resource.UpdateReplacePolicy } : {}),
  };
}

/** @throws Error if a replacement would have the same name as the resource that it replaces */
function refuseSameName(
  logicalId: string,
  provider: ResourceProvider,
  before: Properties,
  after: Properties,
): void {
  const name = provider.nameProperty && after[provider.nameProperty];
  if (name === undefined || name !== before[provider.nameProperty as string]) return;
  throw new Error(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(name)} and update the stack again. (${logicalId})`,
  );
}
