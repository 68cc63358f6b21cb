/** CloudFormation: stacks and the operations on them. */
import type { Template } from '#template';
import { ChangeSets } from './change-sets.ts';
import { CloudFormationError, type StackContext, validationError } from './context.ts';
import { type GivenInput, isSameOutputsAndTags, settleInput, withInput } from './input.ts';
import { Planner } from './plan.ts';
import { readAside } from './read-aside.ts';
import type { StackInput, StackRecord, StackStatus } from './records.ts';
import { USER_INITIATED } from './stack-event.ts';
import { type OnFailure, type OperationOptions, StackOperation } from './stack-operation.ts';

export interface CreateRequest extends GivenInput {
  stackName: string;
  onFailure?: OnFailure;
  disableRollback?: boolean;
  terminationProtection?: boolean;
  clientRequestToken?: string;
  /** The parent of a nested stack. */
  parentId?: string;
}

export interface UpdateRequest extends GivenInput {
  stackName: string;
  disableRollback?: boolean;
  clientRequestToken?: string;
}

/** States in which no operation runs and an update may begin. User Guide, "Stack status codes". */
const UPDATABLE = new Set<StackStatus>([
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_COMPLETE',
]);
const NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;
/** The state that replaces an unfinished one if the runtime was stopped in the middle of it. */
const INTERRUPTED: Partial<Record<StackStatus, StackStatus>> = {
  CREATE_IN_PROGRESS: 'CREATE_FAILED',
  ROLLBACK_IN_PROGRESS: 'ROLLBACK_FAILED',
  UPDATE_IN_PROGRESS: 'UPDATE_FAILED',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_COMPLETE',
  UPDATE_ROLLBACK_IN_PROGRESS: 'UPDATE_ROLLBACK_FAILED',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_ROLLBACK_COMPLETE',
  DELETE_IN_PROGRESS: 'DELETE_FAILED',
};

type SettledListener = (stackId: string) => void | Promise<void>;

export class CloudFormation {
  readonly context: StackContext;
  readonly changeSets: ChangeSets;
  readonly #planner: Planner;
  readonly #running = new Map<string, { operation: StackOperation; settled: Promise<void> }>();
  #onSettled: SettledListener = () => {};

  constructor(context: StackContext) {
    this.context = context;
    this.#planner = new Planner(context);
    this.changeSets = new ChangeSets(context, this.#planner, this);
  }

  /** Sets the listener, which is called after every finished operation. */
  onSettled(listener: SettledListener): void {
    this.#onSettled = listener;
  }

  /** Starts to create a stack and returns its id at once. @throws CloudFormationError, TemplateError */
  createStack(request: CreateRequest): string {
    const { store } = this.context;
    if (store.find(request.stackName)) {
      throw new CloudFormationError('AlreadyExistsException', `Stack [${request.stackName}] already exists`);
    }
    const stack = this.newStack(request.stackName, request);
    const input = settleInput(this.context, stack, request, undefined);
    this.#planner.plan(stack, input);
    store.put(withInput(stack, input));
    this.begin(stack.stackId, request, (operation) =>
      operation.create(input, request.onFailure ?? (request.disableRollback ? 'DO_NOTHING' : 'ROLLBACK')),
    );
    return stack.stackId;
  }

  /**
   * Starts to update a stack.
   * @throws CloudFormationError `No updates are to be performed.` and others, TemplateError
   */
  updateStack(request: UpdateRequest): string {
    const { store } = this.context;
    const stack = this.updatable(request.stackName);
    const previous = store.input(stack.stackId);
    const input = settleInput(this.context, stack, request, previous);
    this.refuseOtherTypes(stack, input);
    const failed = stack.status.endsWith('_FAILED');
    const same = isSameOutputsAndTags(previous, input) && this.#planner.plan(stack, input).length === 0;
    if (same && !failed) throw validationError('No updates are to be performed.');
    this.beginUpdate(stack, input, request);
    return stack.stackId;
  }

  /** Starts to delete a stack; a missing one is not an error. @throws CloudFormationError */
  deleteStack(
    nameOrId: string,
    options: { retain?: string[]; clientRequestToken?: string; force?: boolean } = {},
  ): void {
    const { store } = this.context;
    const stack = store.find(nameOrId);
    if (!stack || stack.status === 'DELETE_COMPLETE') return;
    if (stack.terminationProtection && !options.force) {
      throw validationError(
        `Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`,
      );
    }
    if (options.retain?.length && stack.status !== 'DELETE_FAILED') {
      throw validationError(
        'Invalid operation on stack. Retained resources can only be specified for a stack in DELETE_FAILED state.',
      );
    }
    const running = this.#running.get(stack.stackId);
    if (running && stack.status === 'DELETE_IN_PROGRESS') return;
    const begin = (): void => {
      if (store.get(stack.stackId).status === 'DELETE_COMPLETE') return;
      this.begin(stack.stackId, options, (operation) => operation.delete(undefined, options.retain ?? []));
    };
    if (running) {
      running.operation.cancel('Stack deletion requested.');
      void running.settled.then(begin);
    } else begin();
  }

  /** Deletes a nested stack. Rejects if it could not be deleted. */
  async deleteAndWait(stackId: string): Promise<void> {
    this.deleteStack(stackId, { force: true });
    const stack = await this.settled(stackId);
    if (stack.status === 'DELETE_COMPLETE') return;
    throw new Error(
      `Embedded stack ${stackId} was not successfully deleted: ${stack.statusReason ?? stack.status}`,
    );
  }

  /** Cancels an update and rolls it back. @throws CloudFormationError */
  cancelUpdate(nameOrId: string): void {
    const stack = this.existing(nameOrId);
    const running = this.#running.get(stack.stackId);
    if (!running || stack.status !== 'UPDATE_IN_PROGRESS') {
      throw validationError('CancelUpdateStack cannot be called from current stack status');
    }
    running.operation.cancel(USER_INITIATED);
  }

  /** Rolls back to the last good state after UPDATE_FAILED, CREATE_FAILED or UPDATE_ROLLBACK_FAILED. */
  rollBack(nameOrId: string, options: { skip?: string[]; clientRequestToken?: string } = {}): string {
    const stack = this.existing(nameOrId);
    const { status, stackId } = stack;
    if (status === 'CREATE_FAILED') {
      this.begin(stackId, options, (operation) => operation.rollBackCreate(USER_INITIATED));
    } else if (
      (status === 'UPDATE_FAILED' || status === 'UPDATE_ROLLBACK_FAILED') &&
      this.context.store.snapshot(stackId)
    ) {
      this.begin(stackId, options, (operation) => operation.rollBack(USER_INITIATED, options.skip));
    } else throw validationError(`Stack:${stackId} is in ${status} state and can not be rolled back.`);
    return stackId;
  }

  setTerminationProtection(nameOrId: string, enabled: boolean): string {
    const stack = this.existing(nameOrId);
    this.context.store.put({ ...stack, terminationProtection: enabled });
    return stack.stackId;
  }

  /** @throws CloudFormationError if the stack does not exist */
  existing(nameOrId: string): StackRecord {
    const stack = this.context.store.find(nameOrId);
    if (!stack) throw validationError(`Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  /** Resolves when no operation runs on the stack. */
  async settled(stackId: string): Promise<StackRecord> {
    for (;;) {
      const running = this.#running.get(stackId);
      if (!running) return this.context.store.get(stackId);
      await running.settled;
    }
  }

  /** Abandons the running operations; the next start finds them failed. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { operation } of running) operation.abandon();
    await Promise.all(running.map(({ settled }) => settled));
  }

  /**
   * Restores the resources of every stack after a start of the runtime, in the order in which the stacks were
   * created. Operations that ran when the runtime ended have failed. `except`: names of stacks that are
   * restored differently.
   */
  async resume(except: ReadonlySet<string> = new Set()): Promise<void> {
    const { store } = this.context;
    for (const stack of store.all()) {
      const interrupted = INTERRUPTED[stack.status];
      if (interrupted) {
        store.put({ ...stack, status: interrupted, statusReason: 'The runtime was stopped meanwhile.' });
      }
    }
    for (const { stackId, stackName, status } of store.all()) {
      const input = store.input(stackId);
      const standing = status !== 'DELETE_COMPLETE' && status !== 'REVIEW_IN_PROGRESS';
      if (!input || !standing || except.has(stackName)) continue;
      this.begin(stackId, { restoring: true }, (operation) => operation.resume(input));
      await this.settled(stackId);
    }
  }

  /**
   * Creates or updates a stack at a start of the runtime, and restores what the last start had. After a
   * failure, what was created stays for the next attempt.
   */
  async converge(stackName: string, given: GivenInput & { templateBody: string }): Promise<StackRecord> {
    const { store } = this.context;
    const existing = store.find(stackName);
    const capabilities = ['CAPABILITY_NAMED_IAM', 'CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'];
    if (!existing) {
      const request: CreateRequest = { ...given, stackName, capabilities, onFailure: 'DO_NOTHING' };
      const stackId = await readAside(request, (read) => this.createStack(read));
      return this.settled(stackId);
    }
    const previous = store.input(existing.stackId);
    const input = await readAside({ ...given, capabilities }, (read) =>
      settleInput(this.context, existing, read, previous),
    );
    const same = isSameOutputsAndTags(previous, input) && this.#planner.plan(existing, input).length === 0;
    if (!same) this.#noteUpdate(existing);
    return this.#restore(existing, same && previous ? previous : input);
  }

  /** A new stack on which no operation has run yet. */
  newStack(
    stackName: string,
    options: Pick<CreateRequest, 'disableRollback' | 'terminationProtection' | 'parentId'>,
  ): StackRecord {
    if (!NAME.test(stackName)) {
      throw validationError(
        `1 validation error detected: Value '${stackName}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
      );
    }
    const { region, accountId, ids, clock, store } = this.context;
    const parent = options.parentId ? store.get(options.parentId) : undefined;
    return {
      stackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${ids.guid()}`,
      stackName,
      status: 'REVIEW_IN_PROGRESS',
      createdAt: clock.now(),
      parameters: [],
      tags: [],
      capabilities: [],
      notificationArns: [],
      outputs: [],
      imports: [],
      disableRollback: options.disableRollback ?? false,
      terminationProtection: options.terminationProtection ?? false,
      ...(parent ? { parentId: parent.stackId, rootId: parent.rootId ?? parent.stackId } : {}),
    };
  }

  /** @throws CloudFormationError if the stack does not exist, is being changed, or has to be deleted first */
  updatable(nameOrId: string): StackRecord {
    const stack = this.existing(nameOrId);
    if (this.#running.has(stack.stackId) || !UPDATABLE.has(stack.status)) {
      throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`);
    }
    return stack;
  }

  refuseOtherTypes(stack: StackRecord, { template }: { template: Template }): void {
    const other = this.context.store
      .resources(stack.stackId)
      .filter(({ logicalId, type }) => (template.Resources[logicalId]?.Type ?? type) !== type)
      .map(({ logicalId }) => logicalId);
    if (other.length === 0) return;
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${other.join(', ')}]`,
    );
  }

  beginUpdate(
    stack: StackRecord,
    input: StackInput,
    {
      disableRollback = false,
      clientRequestToken,
      changeSetId,
    }: { disableRollback?: boolean; clientRequestToken?: string; changeSetId?: string },
  ): void {
    this.context.store.put({
      ...withInput(stack, input),
      disableRollback,
      ...(changeSetId ? { changeSetId } : {}),
    });
    this.begin(stack.stackId, clientRequestToken ? { clientRequestToken } : {}, (operation) =>
      operation.update(input, { disableRollback }),
    );
  }

  /** Runs an operation in the background; each stack has one at a time. */
  begin(
    stackId: string,
    options: OperationOptions,
    work: (operation: StackOperation) => Promise<void>,
  ): void {
    const { log } = this.context;
    const operation = new StackOperation(this.context, stackId, {
      ...(options.clientRequestToken ? { clientRequestToken: options.clientRequestToken } : {}),
      ...(options.restoring ? { restoring: true } : {}),
    });
    const settled = work(operation)
      .catch((error: Error) => {
        log.error(`An operation on the stack ${stackId} broke off: ${error.stack ?? error.message}`);
        const stack = this.context.store.get(stackId);
        const status = INTERRUPTED[stack.status] ?? stack.status;
        this.context.store.put({ ...stack, status, statusReason: `Internal Failure: ${error.message}` });
      })
      .then(() => {
        this.context.shortfalls.tell((line) => log.warn(line));
        return this.#onSettled(stackId);
      })
      .catch((error: Error) => log.error(`${stackId}: ${error.message}`))
      .finally(() => this.#running.delete(stackId));
    this.#running.set(stackId, { operation, settled: settled.then(() => undefined) });
  }

  async #restore(stack: StackRecord, input: StackInput): Promise<StackRecord> {
    this.context.store.put({ ...withInput(stack, input) });
    this.begin(stack.stackId, { restoring: true }, (operation) =>
      operation.update(input, { disableRollback: true }),
    );
    return this.settled(stack.stackId);
  }

  #noteUpdate(stack: StackRecord): void {
    this.context.store.put({ ...stack, status: 'UPDATE_IN_PROGRESS', updatedAt: this.context.clock.now() });
  }
}
