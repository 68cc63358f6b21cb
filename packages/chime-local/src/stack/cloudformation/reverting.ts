/** Rolls back an update: changed resources get their previous properties again. */
import type { TemplateResource } from '#template';
import type { StackContext } from './context.ts';
import { inOrder } from './in-order.ts';
import type { Leftovers } from './leftovers.ts';
import type { ResourceRecord, Snapshot } from './records.ts';
import { ResourceSteps } from './resource-steps.ts';
import { isCustomType } from './scope.ts';
import type { Outcome } from './template-walk.ts';

export interface RevertParts {
  context: StackContext;
  stackId: string;
  /** The rollback's own steps, not those of the walk, whose failure must not stop the rollback. */
  steps: ResourceSteps;
  leftovers: Leftovers;
  /** The outcomes of the walk, if it happened since the runtime's last start. */
  outcomes: ReadonlyMap<string, Outcome>;
}

export class Reverting {
  readonly #parts: RevertParts;

  constructor(parts: RevertParts) {
    this.#parts = parts;
  }

  /** Reverts resource by resource, in the dependency order of the old template. */
  async run(
    snapshot: Snapshot,
    skip: ReadonlySet<string>,
  ): Promise<{ created: ResourceRecord[]; failed: string[] }> {
    const {
      context: { store },
    } = this.#parts;
    const old = new Map(snapshot.resources.map((record) => [record.logicalId, record]));
    const failed: string[] = [];
    await inOrder(
      new Map(snapshot.resources.map(({ logicalId, needs }) => [logicalId, needs])),
      async (id) => {
        const before = old.get(id) as ResourceRecord;
        const now = store.resource(this.#parts.stackId, id);
        if (skip.has(id)) {
          if (now) store.setResource(this.#parts.stackId, { ...now, status: 'UPDATE_COMPLETE' });
          return true;
        }
        const ok = await this.#revertOne(before, now, snapshot);
        if (!ok) failed.push(id);
        return ok;
      },
    );
    const created = store.resources(this.#parts.stackId).filter(({ logicalId }) => !old.has(logicalId));
    return { created, failed };
  }

  async #revertOne(
    before: ResourceRecord,
    now: ResourceRecord | undefined,
    snapshot: Snapshot,
  ): Promise<boolean> {
    const outcome = this.#parts.outcomes.get(before.logicalId) ?? inferOutcome(before, now);
    if (!outcome || outcome.kind === 'created' || outcome.kind === 'createFailed') return true;
    const custom = isCustomType(before.type);
    if (outcome.kind === 'replaceFailed' || (outcome.kind === 'replaced' && !custom)) {
      // The old resource was never touched; the new one is left for deletion.
      if (outcome.kind === 'replaced' && outcome.after.physicalId !== before.physicalId) {
        this.#parts.leftovers.swap(before, outcome.after);
      }
      this.#parts.steps.reinstate(before);
      return true;
    }
    const resource = snapshot.input.template.Resources[before.logicalId] as TemplateResource;
    try {
      const { after } = outcome;
      const back = await this.#parts.steps.update(after, resource, before.properties, before.needs);
      if (back.physicalId !== after.physicalId) this.#parts.leftovers.swap(before, after);
      else if (outcome.kind === 'replaced') this.#parts.leftovers.drop(before);
      return true;
    } catch {
      return false;
    }
  }
}

/** Infers from the remaining records what happened to a resource before a restart. */
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
