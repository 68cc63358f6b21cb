/** Walks through a template and creates or updates each resource as soon as those that it needs exist. */

import type { TemplateResource } from '#template';
import { type Dependencies, dependenciesOf, type ResolutionScope, resolveValue } from '#template';
import type { StackContext } from './context.ts';
import { checkExports, exportsOf } from './exports.ts';
import { inOrder } from './in-order.ts';
import type { Leftovers } from './leftovers.ts';
import type { ResourceRecord, StackInput, StackRecord } from './records.ts';
import { ResourceSteps } from './resource-steps.ts';
import { outputsOf, stackScope } from './scope.ts';

/** The outcome for one resource in the walk through the template. */
export type Outcome =
  | { kind: 'created'; after: ResourceRecord }
  | { kind: 'updated'; before: ResourceRecord; after: ResourceRecord }
  | { kind: 'replaced'; before: ResourceRecord; after: ResourceRecord }
  /** The update may be half done: a rollback updates from the properties that were tried. */
  | { kind: 'updateFailed'; before: ResourceRecord; after: ResourceRecord }
  | { kind: 'createFailed'; after: ResourceRecord }
  | { kind: 'replaceFailed'; before: ResourceRecord };

export interface WalkParts {
  context: StackContext;
  stackId: string;
  steps: ResourceSteps;
  leftovers: Leftovers;
  /** Aborted by the first failure, and when the operation is stopped. */
  abort: AbortController;
  /** Also restore what a restart of the runtime lost. */
  restoring: boolean;
}

const list = (ids: readonly string[]): string => `[${ids.join(', ')}]`;

export class TemplateWalk {
  readonly outcomes = new Map<string, Outcome>();
  /** The reason if the walk was stopped from outside. */
  cancelled: string | undefined;
  readonly #parts: WalkParts;
  readonly #imports = new Set<string>();

  constructor(parts: WalkParts) {
    this.#parts = parts;
  }

  /** Walks through the template. @returns undefined on success, otherwise the reason followed by a space */
  async run(input: StackInput): Promise<string | undefined> {
    const { store } = this.#parts.context;
    const stack = this.#stack();
    const before = new Map(store.resources(this.#parts.stackId).map((record) => [record.logicalId, record]));
    const made = new Map<string, ResourceRecord>();
    let scope: ResolutionScope;
    let needs: Dependencies;
    try {
      scope = stackScope(this.#parts.context, stack, input, made, (name) => this.import(name));
      needs = dependenciesOf(input.template);
    } catch (error) {
      return `${(error as Error).message}. `;
    }
    const failed = { create: [] as string[], update: [] as string[] };
    await inOrder(needs, async (id) => {
      if (this.#parts.abort.signal.aborted) return false;
      const resource = input.template.Resources[id] as TemplateResource;
      if (resource.Condition && !scope.conditions[resource.Condition]) return true;
      const existing = before.get(id);
      try {
        made.set(id, await this.step(id, resource, existing, scope, [...(needs.get(id) ?? [])]));
        return true;
      } catch (error) {
        if ((error as Error).name !== 'StepFailed') this.#parts.steps.refuse(id, resource, existing, error);
        failed[existing ? 'update' : 'create'].push(id);
        this.#parts.abort.abort();
        return false;
      }
    });
    if (this.cancelled !== undefined && failed.create.length + failed.update.length === 0)
      return `${this.cancelled} `;
    const reasons = (['create', 'update'] as const).flatMap((what) =>
      failed[what].length > 0 ? [`The following resource(s) failed to ${what}: ${list(failed[what])}. `] : [],
    );
    if (reasons.length > 0) return reasons.join('');
    return this.settleOutputs(input, scope);
  }

  /** Resolves and stores the outputs. @returns undefined on success, otherwise the reason */
  settleOutputs(input: StackInput, scope: ResolutionScope): string | undefined {
    const { context } = this.#parts;
    try {
      const outputs = outputsOf(this.#parts.context, input, scope);
      checkExports(this.#parts.context.store, this.#stack(), outputs);
      context.store.put({ ...this.#stack(), outputs, imports: [...this.#imports] });
      return undefined;
    } catch (error) {
      return `${(error as Error).message}. `;
    }
  }

  /** Creates, updates, restores or keeps one resource. @throws StepFailed */
  async step(
    id: string,
    resource: TemplateResource,
    existing: ResourceRecord | undefined,
    scope: ResolutionScope,
    needs: string[],
  ): Promise<ResourceRecord> {
    const properties = this.#parts.context.adapt(resolveValue(resource.Properties ?? {}, scope)) as Record<
      string,
      unknown
    >;
    if (!existing) return this.#create(id, resource, properties, needs);
    if (existing.status === 'CREATE_FAILED' || existing.type !== resource.Type) {
      return this.#replace(existing, resource, properties, needs);
    }
    const changed = ResourceSteps.changed(existing.properties, properties);
    if (changed.length === 0 && !existing.status.endsWith('_FAILED')) {
      if (this.#parts.restoring) return this.#parts.steps.restore(existing, resource, needs);
      return this.#parts.steps.keep(existing, resource, needs);
    }
    if (needsReplacement(this.#parts.context, resource.Type, changed)) {
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
      const after = await this.#parts.steps.create(id, resource, properties, needs);
      this.outcomes.set(id, { kind: 'created', after });
      return after;
    } catch (error) {
      const after = this.#parts.context.store.resource(this.#parts.stackId, id);
      if (after) this.outcomes.set(id, { kind: 'createFailed', after });
      throw error;
    }
  }

  #update(
    before: ResourceRecord,
    resource: TemplateResource,
    properties: Record<string, unknown>,
    needs: string[],
  ): Promise<ResourceRecord> {
    const { steps } = this.#parts;
    return this.#change(before, 'updated', steps.update(before, resource, properties, needs), {
      kind: 'updateFailed',
      before,
      after: { ...before, properties },
    });
  }

  #replace(
    before: ResourceRecord,
    resource: TemplateResource,
    properties: Record<string, unknown>,
    needs: string[],
  ): Promise<ResourceRecord> {
    const { steps } = this.#parts;
    const making = steps.create(before.logicalId, resource, properties, needs, before);
    return this.#change(before, 'replaced', making, { kind: 'replaceFailed', before });
  }

  /** Records the outcome for an existing resource; a replaced one becomes a leftover. */
  async #change(
    before: ResourceRecord,
    kind: 'updated' | 'replaced',
    changing: Promise<ResourceRecord>,
    failed: Outcome,
  ): Promise<ResourceRecord> {
    try {
      const after = await changing;
      const replaced = after.physicalId !== before.physicalId;
      if (replaced) this.#parts.leftovers.add(before);
      this.outcomes.set(before.logicalId, { kind: replaced ? 'replaced' : kind, before, after });
      return after;
    } catch (error) {
      this.outcomes.set(before.logicalId, failed);
      throw error;
    }
  }

  /** The value of another stack's export, which is recorded as imported. */
  import(name: string): string | undefined {
    const found = exportsOf(this.#parts.context.store).find((candidate) => candidate.name === name);
    if (found) this.#imports.add(name);
    return found?.value;
  }

  #stack(): StackRecord {
    return this.#parts.context.store.get(this.#parts.stackId);
  }
}

function needsReplacement(context: StackContext, type: string, changed: readonly string[]): boolean {
  const provider = context.providers(type);
  if (!provider) return false;
  if (provider.replacedBy === 'all' || !provider.update) return changed.length > 0;
  return changed.some((name) => provider.replacedBy.includes(name));
}
