import type { CloudFormation } from './cloudformation.ts';
import { CloudFormationError, type StackContext, validationError } from './context.ts';
import { type GivenInput, isSameOutputsAndTags, settleInput, withInput } from './input.ts';
import type { Planner } from './plan.ts';
import type { ChangeSet, StackRecord } from './records.ts';
import { addStackEvent, USER_INITIATED } from './stack-event.ts';

export interface ChangeSetRequest extends GivenInput {
  stackName: string;
  changeSetName: string;
  type: 'CREATE' | 'UPDATE';
  description?: string;
  onStackFailure?: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
}

const NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;
/** The service's exact message; clients search for it. */
export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const notFound = (name: string): CloudFormationError =>
  new CloudFormationError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);

/** Creates, finds, executes and deletes change sets. */
export class ChangeSets {
  readonly #context: StackContext;
  readonly #planner: Planner;
  readonly #stacks: CloudFormation;

  constructor(context: StackContext, planner: Planner, stacks: CloudFormation) {
    this.#context = context;
    this.#planner = planner;
    this.#stacks = stacks;
  }

  /** @throws CloudFormationError, TemplateError */
  create(request: ChangeSetRequest): ChangeSet {
    const { store, clock, ids, region, accountId } = this.#context;
    if (!NAME.test(request.changeSetName)) {
      throw validationError(
        `1 validation error detected: Value '${request.changeSetName}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
      );
    }
    const stack = this.#stackFor(request);
    if (store.changeSets(stack.stackId).some(({ name }) => name === request.changeSetName)) {
      throw new CloudFormationError(
        'AlreadyExistsException',
        `ChangeSet ${request.changeSetName} already exists`,
      );
    }
    const previous = store.input(stack.stackId);
    const input = settleInput(this.#context, stack, { ...request, isReviewed: true }, previous);
    if (request.type === 'UPDATE') this.#stacks.refuseOtherTypes(stack, input);
    const changes = this.#planner.plan(stack, input);
    const same = request.type === 'UPDATE' && changes.length === 0 && isSameOutputsAndTags(previous, input);
    if (!store.find(stack.stackId)) {
      store.put({ ...stack, tags: input.tags, statusReason: USER_INITIATED });
      // `sam deploy` looks for the event of a stack under review.
      addStackEvent(this.#context, stack, stack.status, { reason: USER_INITIATED });
    }
    const changeSet: ChangeSet = {
      changeSetId: `arn:aws:cloudformation:${region}:${accountId}:changeSet/${request.changeSetName}/${ids.guid()}`,
      name: request.changeSetName,
      stackId: stack.stackId,
      stackName: stack.stackName,
      type: request.type,
      status: same ? 'FAILED' : 'CREATE_COMPLETE',
      ...(same ? { statusReason: NO_CHANGES } : {}),
      executionStatus: same ? 'UNAVAILABLE' : 'AVAILABLE',
      createdAt: clock.now(),
      ...(request.description ? { description: request.description } : {}),
      input,
      changes,
      ...(request.onStackFailure ? { onStackFailure: request.onStackFailure } : {}),
    };
    store.setChangeSet(changeSet);
    return changeSet;
  }

  /** Finds a change set by its id, or by its name and the stack's. @throws CloudFormationError */
  find(nameOrId: string, stackName: string | undefined): ChangeSet {
    const { store } = this.#context;
    if (nameOrId.startsWith('arn:')) {
      const found = store.changeSet(nameOrId);
      if (!found) throw notFound(nameOrId);
      return found;
    }
    if (!stackName) {
      throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
    }
    const stack = store.find(stackName);
    if (!stack) throw validationError(`Stack [${stackName}] does not exist`);
    const found = store.changeSets(stack.stackId).find(({ name }) => name === nameOrId);
    if (!found) throw notFound(nameOrId);
    return found;
  }

  /** Starts to execute a change set. @throws CloudFormationError */
  execute(
    nameOrId: string,
    stackName: string | undefined,
    options: { disableRollback?: boolean; clientRequestToken?: string } = {},
  ): void {
    const { store } = this.#context;
    const changeSet = this.find(nameOrId, stackName);
    if (changeSet.executionStatus !== 'AVAILABLE') {
      throw new CloudFormationError(
        'InvalidChangeSetStatus',
        `ChangeSet [${changeSet.changeSetId}] cannot be executed in its current status of [${changeSet.status}]`,
      );
    }
    const { stackId, input, changeSetId } = changeSet;
    if (changeSet.type === 'UPDATE') {
      const stack = this.#stacks.updatable(stackId);
      this.#forgetOthers(changeSet);
      this.#stacks.beginUpdate(stack, input, { ...options, changeSetId });
      return;
    }
    this.#forgetOthers(changeSet);
    const disableRollback = options.disableRollback ?? false;
    store.put({ ...withInput(store.get(stackId), input), changeSetId, disableRollback });
    const onFailure = changeSet.onStackFailure ?? (disableRollback ? 'DO_NOTHING' : 'ROLLBACK');
    this.#stacks.begin(stackId, options, (operation) => operation.create(input, onFailure));
  }

  /** @throws CloudFormationError */
  delete(nameOrId: string, stackName: string | undefined): void {
    const { store } = this.#context;
    const changeSet = nameOrId.startsWith('arn:')
      ? store.changeSet(nameOrId)
      : this.#known(nameOrId, stackName);
    if (changeSet) store.deleteChangeSet(changeSet.changeSetId);
  }

  #known(name: string, stackName: string | undefined): ChangeSet | undefined {
    try {
      return this.find(name, stackName);
    } catch (error) {
      if (error instanceof CloudFormationError && error.code === 'ChangeSetNotFound') return undefined;
      throw error;
    }
  }

  #stackFor(request: ChangeSetRequest): StackRecord {
    const { store } = this.#context;
    if (request.type === 'UPDATE') {
      const stack = this.#stacks.existing(request.stackName);
      if (stack.status === 'REVIEW_IN_PROGRESS') {
        throw validationError(
          `Stack:${stack.stackId} is in REVIEW_IN_PROGRESS state and can not be updated.`,
        );
      }
      return this.#stacks.updatable(request.stackName);
    }
    const existing = store.find(request.stackName);
    if (existing && existing.status !== 'REVIEW_IN_PROGRESS') {
      throw validationError(
        `Stack [${request.stackName}] already exists and cannot be created again with the changeSet [${request.changeSetName}].`,
      );
    }
    return existing ?? this.#stacks.newStack(request.stackName, {});
  }

  /** Deletes the stack's other change sets, as the service does: executing one invalidates them. */
  #forgetOthers(changeSet: ChangeSet): void {
    const { store } = this.#context;
    for (const { changeSetId } of store.changeSets(changeSet.stackId)) {
      if (changeSetId !== changeSet.changeSetId) store.deleteChangeSet(changeSetId);
    }
    store.setChangeSet({ ...changeSet, executionStatus: 'EXECUTE_COMPLETE' });
  }
}
