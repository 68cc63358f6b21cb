/** One operation on one stack, from its first event to its last. */
import type { ResolutionScope } from '../template/intrinsics.ts';
import { resolveValue } from '../template/intrinsics.ts';
import { type Dependencies, dependenciesOf } from '../template/order.ts';
import type { TemplateResource } from '../template/template.ts';
import type { StackContext } from './context.ts';
import { checkExports, exportsOf } from './exports.ts';
import { inOrder, reversed } from './in-order.ts';
import type { Output, ResourceRecord, Snapshot, StackInput, StackRecord, StackStatus } from './records.ts';
import { ResourceSteps } from './resource-steps.ts';
import { isCustomType, outputsOf, stackScope } from './scope.ts';

export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

export interface OperationOptions {
  clientRequestToken?: string;
  /** Also put back what a restart of the runtime lost. */
  restoring?: boolean;
  /** The reason of the first event. */
  reason?: string;
}

/** What became of one resource in the walk through the template. */
type Outcome =
  | { kind: 'created'; after: ResourceRecord }
  | { kind: 'updated'; before: ResourceRecord; after: ResourceRecord }
  | { kind: 'replaced'; before: ResourceRecord; after: ResourceRecord }
  /** It may be half done: going back means an update from the properties that were tried. */
  | { kind: 'updateFailed'; before: ResourceRecord; after: ResourceRecord }
  | { kind: 'createFailed'; after: ResourceRecord }
  | { kind: 'replaceFailed'; before: ResourceRecord };

const list = (ids: readonly string[]): string => `[${ids.join(', ')}]`;

export class StackOperation {
  readonly #context: StackContext;
  readonly #stackId: string;
  readonly #options: OperationOptions;
  readonly #abort = new AbortController();
  readonly #steps: ResourceSteps;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #imports = new Set<string>();
  #cancelled: string | undefined;
  #abandoned = false;

  constructor(context: StackContext, stackId: string, options: OperationOptions = {}) {
    this.#context = context;
    this.#stackId = stackId;
    this.#options = options;
    this.#steps = this.#stepsWith(this.#abort.signal);
  }

  /** Stops the walk: resources under way are given up, and the operation goes back. */
  cancel(reason: string): void {
    this.#cancelled = reason;
    this.#abort.abort();
  }

  /** The runtime ends: nothing more is begun, and the stack stays as it is. */
  abandon(): void {
    this.#abandoned = true;
    this.#abort.abort();
  }

  /** Makes everything; after a failure does as it was told. */
  async create(input: StackInput, onFailure: OnFailure): Promise<void> {
    const { store } = this.#context;
    this.#status('CREATE_IN_PROGRESS', this.#options.reason ?? 'User Initiated');
    store.setInput(this.#stackId, input);
    const problem = await this.#walk(input);
    if (this.#abandoned) return;
    if (problem === undefined) return this.#finish('CREATE_COMPLETE');
    if (onFailure === 'DO_NOTHING') return this.#finish('CREATE_FAILED', problem);
    if (onFailure === 'DELETE') return this.delete(`${problem}Delete requested by user.`);
    await this.rollBackCreate(`${problem}Rollback requested by user.`);
  }

  /** Takes away what a create has made. */
  async rollBackCreate(reason: string): Promise<void> {
    const { store } = this.#context;
    this.#status('ROLLBACK_IN_PROGRESS', reason);
    const stuck = await this.#deleteAll(store.resources(this.#stackId), { rollingBack: true });
    this.#setOutputs([]);
    if (stuck.length > 0) return this.#finish('ROLLBACK_FAILED', this.#stuckReason(stuck));
    this.#finish('ROLLBACK_COMPLETE');
  }

  /** Changes what differs; after a failure goes back, unless told not to. */
  async update(input: StackInput, { disableRollback }: { disableRollback: boolean }): Promise<void> {
    const { store } = this.#context;
    const before = this.#stack();
    const previous = store.input(this.#stackId);
    if (previous && !this.#options.restoring) {
      store.setSnapshot(this.#stackId, {
        input: previous,
        outputs: before.outputs,
        imports: before.imports,
        resources: store.resources(this.#stackId),
      });
    }
    if (!this.#options.restoring)
      this.#status('UPDATE_IN_PROGRESS', this.#options.reason ?? 'User Initiated');
    if (input !== previous) store.setInput(this.#stackId, input);
    const problem = await this.#walk(input);
    if (this.#abandoned) return;
    if (problem === undefined) {
      await this.#cleanUp(input, before);
      return;
    }
    if (disableRollback || !previous) return this.#finish('UPDATE_FAILED', problem);
    await this.rollBack(problem);
  }

  /** Goes back to what the last update found. `skip`: resources that are left as they are. */
  async rollBack(reason: string, skip: readonly string[] = []): Promise<void> {
    const { store } = this.#context;
    const snapshot = store.snapshot(this.#stackId);
    if (!snapshot) throw new Error(`${this.#stackId} has nothing to go back to.`);
    this.#status('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    store.setInput(this.#stackId, snapshot.input);
    const { created, failed } = await this.#revert(snapshot, new Set(skip));
    if (failed.length > 0) {
      const why = `The following resource(s) failed to update: ${list(failed)}. `;
      return this.#finish('UPDATE_ROLLBACK_FAILED', why);
    }
    this.#status('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    const ids = new Set(snapshot.resources.map(({ logicalId }) => logicalId));
    const added = created.filter(({ logicalId }) => !ids.has(logicalId));
    await this.#deleteAll(added, { rollingBack: true });
    await this.#deleteLeftovers({ replaced: false });
    for (const { logicalId } of added) store.removeResource(this.#stackId, logicalId);
    this.#put({ outputs: snapshot.outputs, imports: snapshot.imports });
    store.setSnapshot(this.#stackId, undefined);
    this.#finish('UPDATE_ROLLBACK_COMPLETE');
  }

  /**
   * After a start of the runtime: puts back what there is, changed where this start's ports ask for it. What is not
   * there stays away. The stack's status stays as it was.
   */
  async resume(input: StackInput): Promise<void> {
    const { store, log } = this.#context;
    const records = store.resources(this.#stackId);
    const made = new Map(records.map((record) => [record.logicalId, record]));
    const scope = stackScope(this.#context, this.#stack(), input, made, (name) => this.#import(name));
    await inOrder(new Map(records.map(({ logicalId, needs }) => [logicalId, needs])), async (id) => {
      const record = made.get(id) as ResourceRecord;
      const resource = input.template.Resources[id];
      if (!resource || !record.physicalId) return true;
      try {
        const step = record.status.endsWith('_COMPLETE')
          ? this.#step(id, resource, record, scope, record.needs)
          : this.#steps.restore(record, resource, record.needs);
        made.set(id, await step);
      } catch (error) {
        log.warn(
          `${id} (${record.type}) of ${this.#stack().stackName} is not as it was: ${(error as Error).message}`,
        );
      }
      return true;
    });
    if (this.#stack().status.endsWith('_COMPLETE')) this.#settleOutputs(input, scope);
    await this.#deleteLeftovers({ replaced: true });
  }

  /** Takes everything away. `retain`: logical ids that are left behind. */
  async delete(reason = 'User Initiated', retain: readonly string[] = []): Promise<void> {
    const { store } = this.#context;
    this.#status('DELETE_IN_PROGRESS', reason);
    try {
      checkExports(store, this.#stack(), []);
    } catch (error) {
      return this.#finish(
        'DELETE_FAILED',
        `Delete canceled. ${(error as Error).message.replace('Export', 'Cannot delete export').replace(' cannot be deleted', '')}`,
      );
    }
    const stuck = await this.#deleteAll(store.resources(this.#stackId), { rollingBack: false, retain });
    await this.#deleteLeftovers({ replaced: true });
    if (stuck.length > 0) return this.#finish('DELETE_FAILED', this.#stuckReason(stuck));
    this.#setOutputs([]);
    this.#put({ imports: [], deletedAt: this.#context.clock.now() });
    this.#finish('DELETE_COMPLETE');
    store.forgetDeleted(this.#stackId);
  }

  /** Goes through the template. @returns undefined when all went well, else the reason, ended by a blank. */
  async #walk(input: StackInput): Promise<string | undefined> {
    const { store } = this.#context;
    const stack = this.#stack();
    const before = new Map(store.resources(this.#stackId).map((record) => [record.logicalId, record]));
    const made = new Map<string, ResourceRecord>();
    let scope: ResolutionScope;
    let needs: Dependencies;
    try {
      scope = stackScope(this.#context, stack, input, made, (name) => this.#import(name));
      needs = dependenciesOf(input.template);
    } catch (error) {
      return `${(error as Error).message}. `;
    }
    const failed = { create: [] as string[], update: [] as string[] };
    await inOrder(needs, async (id) => {
      if (this.#abort.signal.aborted) return false;
      const resource = input.template.Resources[id] as TemplateResource;
      if (resource.Condition && !scope.conditions[resource.Condition]) return true;
      const existing = before.get(id);
      try {
        made.set(id, await this.#step(id, resource, existing, scope, [...(needs.get(id) ?? [])]));
        return true;
      } catch (error) {
        if ((error as Error).name !== 'StepFailed') this.#steps.refuse(id, resource, existing, error);
        failed[existing ? 'update' : 'create'].push(id);
        this.#abort.abort();
        return false;
      }
    });
    if (this.#cancelled !== undefined && failed.create.length + failed.update.length === 0)
      return `${this.#cancelled} `;
    const reasons = (['create', 'update'] as const).flatMap((what) =>
      failed[what].length > 0 ? [`The following resource(s) failed to ${what}: ${list(failed[what])}. `] : [],
    );
    if (reasons.length > 0) return reasons.join('');
    return this.#settleOutputs(input, scope);
  }

  #settleOutputs(input: StackInput, scope: ResolutionScope): string | undefined {
    try {
      const outputs = outputsOf(this.#context, input, scope);
      checkExports(this.#context.store, this.#stack(), outputs);
      this.#setOutputs(outputs);
      this.#put({ imports: [...this.#imports] });
      return undefined;
    } catch (error) {
      return `${(error as Error).message}. `;
    }
  }

  async #step(
    id: string,
    resource: TemplateResource,
    existing: ResourceRecord | undefined,
    scope: ResolutionScope,
    needs: string[],
  ): Promise<ResourceRecord> {
    const properties = this.#context.adapt(resolveValue(resource.Properties ?? {}, scope)) as Record<
      string,
      unknown
    >;
    if (!existing) return this.#create(id, resource, properties, needs);
    if (existing.status === 'CREATE_FAILED' || existing.type !== resource.Type) {
      return this.#replace(existing, resource, properties, needs);
    }
    const changed = ResourceSteps.changed(existing.properties, properties);
    if (changed.length === 0 && !existing.status.endsWith('_FAILED')) {
      if (this.#options.restoring) return this.#steps.restore(existing, resource, needs);
      return this.#steps.keep(existing, resource, needs);
    }
    if (needsReplacement(this.#context, resource.Type, changed)) {
      return this.#replace(existing, resource, properties, needs);
    }
    return this.#update(existing, resource, properties, needs);
  }

  async #create(
    id: string,
    resource: TemplateResource,
    properties: Record<string, unknown>,
    needs: string[],
  ): Promise<ResourceRecord> {
    try {
      const after = await this.#steps.create(id, resource, properties, needs);
      this.#outcomes.set(id, { kind: 'created', after });
      return after;
    } catch (error) {
      const after = this.#context.store.resource(this.#stackId, id);
      if (after) this.#outcomes.set(id, { kind: 'createFailed', after });
      throw error;
    }
  }

  async #update(
    before: ResourceRecord,
    resource: TemplateResource,
    properties: Record<string, unknown>,
    needs: string[],
  ): Promise<ResourceRecord> {
    try {
      const after = await this.#steps.update(before, resource, properties, needs);
      const replaced = after.physicalId !== before.physicalId;
      if (replaced) this.#leaveBehind(before);
      this.#outcomes.set(before.logicalId, { kind: replaced ? 'replaced' : 'updated', before, after });
      return after;
    } catch (error) {
      this.#outcomes.set(before.logicalId, {
        kind: 'updateFailed',
        before,
        after: { ...before, properties },
      });
      throw error;
    }
  }

  async #replace(
    before: ResourceRecord,
    resource: TemplateResource,
    properties: Record<string, unknown>,
    needs: string[],
  ): Promise<ResourceRecord> {
    try {
      const after = await this.#steps.create(before.logicalId, resource, properties, needs, before);
      if (after.physicalId !== before.physicalId) this.#leaveBehind(before);
      this.#outcomes.set(before.logicalId, { kind: 'replaced', before, after });
      return after;
    } catch (error) {
      this.#outcomes.set(before.logicalId, { kind: 'replaceFailed', before });
      throw error;
    }
  }

  /** Goes back resource by resource, in the order of what the old template needs. */
  async #revert(
    snapshot: Snapshot,
    skip: ReadonlySet<string>,
  ): Promise<{ created: ResourceRecord[]; failed: string[] }> {
    const { store } = this.#context;
    // What failed must not stop what goes back.
    const steps = this.#stepsWith(new AbortController().signal);
    const old = new Map(snapshot.resources.map((record) => [record.logicalId, record]));
    const failed: string[] = [];
    await inOrder(
      new Map(snapshot.resources.map(({ logicalId, needs }) => [logicalId, needs])),
      async (id) => {
        const before = old.get(id) as ResourceRecord;
        const now = store.resource(this.#stackId, id);
        if (skip.has(id)) {
          if (now) store.setResource(this.#stackId, { ...now, status: 'UPDATE_COMPLETE' });
          return true;
        }
        const ok = await this.#revertOne(steps, before, now, snapshot);
        if (!ok) failed.push(id);
        return ok;
      },
    );
    const created = store.resources(this.#stackId).filter(({ logicalId }) => !old.has(logicalId));
    return { created, failed };
  }

  async #revertOne(
    steps: ResourceSteps,
    before: ResourceRecord,
    now: ResourceRecord | undefined,
    snapshot: Snapshot,
  ): Promise<boolean> {
    const outcome = this.#outcomes.get(before.logicalId) ?? inferOutcome(before, now);
    if (!outcome || outcome.kind === 'created' || outcome.kind === 'createFailed') return true;
    const custom = isCustomType(before.type);
    if (outcome.kind === 'replaceFailed' || (outcome.kind === 'replaced' && !custom)) {
      // The old one was never touched; the new one waits to be taken away.
      if (outcome.kind === 'replaced' && outcome.after.physicalId !== before.physicalId) {
        this.#swapLeftover(before, outcome.after);
      }
      steps.reinstate(before);
      return true;
    }
    const resource = snapshot.input.template.Resources[before.logicalId] as TemplateResource;
    try {
      const { after } = outcome;
      const back = await steps.update(after, resource, before.properties, before.needs);
      if (back.physicalId !== after.physicalId) this.#swapLeftover(before, after);
      else if (outcome.kind === 'replaced') this.#dropLeftover(before);
      return true;
    } catch {
      return false;
    }
  }

  /** After a good walk: what was replaced and what the template no longer names goes. */
  async #cleanUp(input: StackInput, before: StackRecord): Promise<void> {
    const { store } = this.#context;
    const named = new Set(Object.keys(input.template.Resources));
    const scope = stackScope(this.#context, this.#stack(), input, new Map(), () => '');
    const wanted = ({ logicalId }: ResourceRecord): boolean => {
      const condition = input.template.Resources[logicalId]?.Condition;
      return named.has(logicalId) && (!condition || Boolean(scope.conditions[condition]));
    };
    const gone = store.resources(this.#stackId).filter((record) => !wanted(record));
    const quiet = this.#options.restoring && this.#outcomes.size === 0 && gone.length === 0;
    if (quiet && before.status.endsWith('_COMPLETE')) {
      store.setSnapshot(this.#stackId, undefined);
      return;
    }
    this.#status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.#deleteLeftovers({ replaced: true });
    await this.#deleteAll(gone, { rollingBack: false });
    // What cannot be taken away is no longer the stack's, as in the service.
    for (const { logicalId } of gone) store.removeResource(this.#stackId, logicalId);
    store.setSnapshot(this.#stackId, undefined);
    this.#finish('UPDATE_COMPLETE');
  }

  /** Deletes each before what it needs. @returns logical ids of those that would not go. */
  async #deleteAll(
    records: readonly ResourceRecord[],
    { rollingBack, retain = [] }: { rollingBack: boolean; retain?: readonly string[] },
  ): Promise<string[]> {
    const steps = this.#stepsWith(new AbortController().signal);
    const byId = new Map(records.map((record) => [record.logicalId, record]));
    const stuck: string[] = [];
    const needs = reversed(new Map([...byId].reverse().map(([id, record]) => [id, record.needs])));
    await inOrder(needs, async (id) => {
      const record = byId.get(id) as ResourceRecord;
      const policy = record.deletionPolicy;
      const kept = policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !rollingBack);
      if (retain.includes(id) || (kept && record.physicalId && record.status !== 'CREATE_FAILED')) {
        steps.skip(record, { current: true });
        return true;
      }
      const gone = await steps.delete(record, { current: true });
      if (!gone) stuck.push(id);
      return gone;
    });
    return stuck;
  }

  /** Takes away what was replaced. `replaced`: they are the old ones, which a policy may keep. */
  async #deleteLeftovers({ replaced }: { replaced: boolean }): Promise<void> {
    const { store } = this.#context;
    const steps = this.#stepsWith(new AbortController().signal);
    for (const record of store.leftovers(this.#stackId).reverse()) {
      if (replaced && record.updateReplacePolicy === 'Retain') steps.skip(record, { current: false });
      else await steps.delete(record, { current: false });
      this.#dropLeftover(record);
    }
  }

  #leaveBehind(record: ResourceRecord): void {
    const { store } = this.#context;
    if (record.physicalId) store.setLeftovers(this.#stackId, [...store.leftovers(this.#stackId), record]);
  }

  #dropLeftover({ logicalId, physicalId }: ResourceRecord): void {
    const { store } = this.#context;
    const rest = store
      .leftovers(this.#stackId)
      .filter((record) => record.logicalId !== logicalId || record.physicalId !== physicalId);
    store.setLeftovers(this.#stackId, rest);
  }

  /** The old one stays, the new one goes. */
  #swapLeftover(before: ResourceRecord, after: ResourceRecord): void {
    this.#dropLeftover(before);
    this.#leaveBehind(after);
  }

  #import(name: string): string | undefined {
    const found = exportsOf(this.#context.store).find((candidate) => candidate.name === name);
    if (found) this.#imports.add(name);
    return found?.value;
  }

  #stepsWith(signal: AbortSignal): ResourceSteps {
    const { clientRequestToken } = this.#options;
    return new ResourceSteps({
      context: this.#context,
      stack: this.#stack(),
      signal,
      ...(clientRequestToken ? { clientRequestToken } : {}),
    });
  }

  #stuckReason(stuck: readonly string[]): string {
    return `The following resource(s) failed to delete: ${list(stuck)}. `;
  }

  #stack(): StackRecord {
    return this.#context.store.get(this.#stackId);
  }

  #put(change: Partial<StackRecord>): void {
    this.#context.store.put({ ...this.#stack(), ...change });
  }

  #setOutputs(outputs: Output[]): void {
    this.#put({ outputs });
  }

  #status(status: StackStatus, reason?: string): void {
    const stack = { ...this.#stack(), status };
    if (reason === undefined) delete stack.statusReason;
    else stack.statusReason = reason;
    if (status === 'UPDATE_IN_PROGRESS') stack.updatedAt = this.#context.clock.now();
    this.#context.store.put(stack);
    this.#steps.stackEvent(status, reason);
  }

  #finish(status: StackStatus, reason?: string): void {
    this.#status(status, reason);
  }
}

function needsReplacement(context: StackContext, type: string, changed: readonly string[]): boolean {
  const provider = context.providers(type);
  if (!provider) return false;
  if (provider.replacedBy === 'all' || !provider.update) return changed.length > 0;
  return changed.some((name) => provider.replacedBy.includes(name));
}

/** What happened to a resource before a restart, from what is left of it. */
function inferOutcome(before: ResourceRecord, now: ResourceRecord | undefined): Outcome | undefined {
  const { logicalId } = before;
  if (!now) return { kind: 'replaceFailed', before };
  if (now.physicalId !== before.physicalId) return { kind: 'replaced', before, after: now };
  const same = ResourceSteps.changed(before.properties, now.properties).length === 0;
  if (same && now.status === before.status) return undefined;
  return {
    kind: now.status.endsWith('_FAILED') ? 'updateFailed' : 'updated',
    before,
    after: { ...now, logicalId },
  };
}
