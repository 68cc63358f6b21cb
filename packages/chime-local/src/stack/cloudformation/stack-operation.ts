/** One operation on one stack, from its first event to its last. */
import type { StackContext } from './context.ts';
import { checkExports } from './exports.ts';
import { inOrder, reversed } from './in-order.ts';
import { Leftovers } from './leftovers.ts';
import type { Output, ResourceRecord, StackInput, StackRecord, StackStatus } from './records.ts';
import { ResourceSteps } from './resource-steps.ts';
import { Reverting } from './reverting.ts';
import { stackScope } from './scope.ts';
import { USER_INITIATED } from './stack-event.ts';
import { TemplateWalk } from './template-walk.ts';

export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

export interface OperationOptions {
  clientRequestToken?: string;
  /** Also restore what a restart of the runtime lost. */
  restoring?: boolean;
  /** The reason of the first event. */
  reason?: string;
}

const list = (ids: readonly string[]): string => `[${ids.join(', ')}]`;

export class StackOperation {
  readonly #context: StackContext;
  readonly #stackId: string;
  readonly #options: OperationOptions;
  readonly #abort = new AbortController();
  readonly #steps: ResourceSteps;
  readonly #leftovers: Leftovers;
  readonly #walk: TemplateWalk;
  #abandoned = false;

  constructor(context: StackContext, stackId: string, options: OperationOptions = {}) {
    this.#context = context;
    this.#stackId = stackId;
    this.#options = options;
    this.#steps = this.#stepsWith(this.#abort.signal);
    this.#leftovers = new Leftovers(context.store, stackId);
    this.#walk = new TemplateWalk({
      context,
      stackId,
      steps: this.#steps,
      leftovers: this.#leftovers,
      abort: this.#abort,
      restoring: options.restoring ?? false,
    });
  }

  /** Stops the walk: resources in progress are abandoned, and the operation is rolled back. */
  cancel(reason: string): void {
    this.#walk.cancelled = reason;
    this.#abort.abort();
  }

  /** Ends the operation because the runtime stops: no further step begins, and the stack stays as it is. */
  abandon(): void {
    this.#abandoned = true;
    this.#abort.abort();
  }

  /** Creates all resources; after a failure does what `onFailure` demands. */
  async create(input: StackInput, onFailure: OnFailure): Promise<void> {
    const { store } = this.#context;
    this.#status('CREATE_IN_PROGRESS', this.#options.reason ?? USER_INITIATED);
    store.setInput(this.#stackId, input);
    const problem = await this.#walk.run(input);
    if (this.#abandoned) return;
    if (problem === undefined) return this.#finish('CREATE_COMPLETE');
    if (onFailure === 'DO_NOTHING') return this.#finish('CREATE_FAILED', problem);
    if (onFailure === 'DELETE') return this.delete(`${problem}Delete requested by user.`);
    await this.rollBackCreate(`${problem}Rollback requested by user.`);
  }

  /** Deletes what a create has made. */
  async rollBackCreate(reason: string): Promise<void> {
    const { store } = this.#context;
    this.#status('ROLLBACK_IN_PROGRESS', reason);
    const stuck = await this.#deleteAll(store.resources(this.#stackId), { rollingBack: true });
    this.#setOutputs([]);
    if (stuck.length > 0) return this.#finish('ROLLBACK_FAILED', this.#stuckReason(stuck));
    this.#finish('ROLLBACK_COMPLETE');
  }

  /** Changes what differs; rolls back after a failure unless that is disabled. */
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
    if (!this.#options.restoring) this.#status('UPDATE_IN_PROGRESS', this.#options.reason ?? USER_INITIATED);
    if (input !== previous) store.setInput(this.#stackId, input);
    const problem = await this.#walk.run(input);
    if (this.#abandoned) return;
    if (problem === undefined) {
      await this.#cleanUp(input, before);
      return;
    }
    if (disableRollback || !previous) return this.#finish('UPDATE_FAILED', problem);
    await this.rollBack(problem);
  }

  /** Rolls back to the state before the last update. `skip`: resources that are left as they are. */
  async rollBack(reason: string, skip: readonly string[] = []): Promise<void> {
    const { store } = this.#context;
    const snapshot = store.snapshot(this.#stackId);
    if (!snapshot) throw new Error(`${this.#stackId} has nothing to go back to.`);
    this.#status('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    store.setInput(this.#stackId, snapshot.input);
    const { created, failed } = await this.#reverting().run(snapshot, new Set(skip));
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
   * Restores the existing resources after a start of the runtime, updated where they depend on this start's
   * ports. Missing resources are not created. The stack's status does not change.
   */
  async resume(input: StackInput): Promise<void> {
    const { store, log } = this.#context;
    const records = store.resources(this.#stackId);
    const made = new Map(records.map((record) => [record.logicalId, record]));
    const scope = stackScope(this.#context, this.#stack(), input, made, (name) => this.#walk.import(name));
    await inOrder(new Map(records.map(({ logicalId, needs }) => [logicalId, needs])), async (id) => {
      const record = made.get(id) as ResourceRecord;
      const resource = input.template.Resources[id];
      if (!resource || !record.physicalId) return true;
      try {
        const step = record.status.endsWith('_COMPLETE')
          ? this.#walk.step(id, resource, record, scope, record.needs)
          : this.#steps.restore(record, resource, record.needs);
        made.set(id, await step);
      } catch (error) {
        log.warn(
          `${id} (${record.type}) of ${this.#stack().stackName} is not as it was: ${(error as Error).message}`,
        );
      }
      return true;
    });
    if (this.#stack().status.endsWith('_COMPLETE')) this.#walk.settleOutputs(input, scope);
    await this.#deleteLeftovers({ replaced: true });
  }

  /** Deletes everything. `retain`: logical ids of resources that are left behind. */
  async delete(reason = USER_INITIATED, retain: readonly string[] = []): Promise<void> {
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

  /** After a successful walk, deletes what was replaced and what the template no longer names. */
  async #cleanUp(input: StackInput, before: StackRecord): Promise<void> {
    const { store } = this.#context;
    const named = new Set(Object.keys(input.template.Resources));
    const scope = stackScope(this.#context, this.#stack(), input, new Map(), () => '');
    const wanted = ({ logicalId }: ResourceRecord): boolean => {
      const condition = input.template.Resources[logicalId]?.Condition;
      return named.has(logicalId) && (!condition || Boolean(scope.conditions[condition]));
    };
    const gone = store.resources(this.#stackId).filter((record) => !wanted(record));
    const quiet = this.#options.restoring && this.#walk.outcomes.size === 0 && gone.length === 0;
    if (quiet && before.status.endsWith('_COMPLETE')) {
      store.setSnapshot(this.#stackId, undefined);
      return;
    }
    this.#status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.#deleteLeftovers({ replaced: true });
    await this.#deleteAll(gone, { rollingBack: false });
    // As in the service, a resource that could not be deleted no longer belongs to the stack.
    for (const { logicalId } of gone) store.removeResource(this.#stackId, logicalId);
    store.setSnapshot(this.#stackId, undefined);
    this.#finish('UPDATE_COMPLETE');
  }

  /**
   * Deletes each resource before those that it needs.
   * @returns logical ids of those that could not be deleted
   */
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

  /** Deletes the leftovers. `replaced`: they are the old resources, which a policy may retain. */
  async #deleteLeftovers({ replaced }: { replaced: boolean }): Promise<void> {
    const steps = this.#stepsWith(new AbortController().signal);
    for (const record of this.#leftovers.all()) {
      if (replaced && record.updateReplacePolicy === 'Retain') steps.skip(record, { current: false });
      else await steps.delete(record, { current: false });
      this.#leftovers.drop(record);
    }
  }

  #reverting(): Reverting {
    return new Reverting({
      context: this.#context,
      stackId: this.#stackId,
      steps: this.#stepsWith(new AbortController().signal),
      leftovers: this.#leftovers,
      outcomes: this.#walk.outcomes,
    });
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
