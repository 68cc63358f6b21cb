import type { ResourceRecord } from './records.ts';
import type { StackStore } from './stack-store.ts';

/** Resources that an operation on a stack has replaced, and that are deleted at its end. */
export class Leftovers {
  readonly #store: StackStore;
  readonly #stackId: string;

  constructor(store: StackStore, stackId: string) {
    this.#store = store;
    this.#stackId = stackId;
  }

  /** All leftovers, newest first. */
  all(): ResourceRecord[] {
    return [...this.#store.leftovers(this.#stackId)].reverse();
  }

  add(record: ResourceRecord): void {
    if (!record.physicalId) return;
    this.#store.setLeftovers(this.#stackId, [...this.#store.leftovers(this.#stackId), record]);
  }

  drop({ logicalId, physicalId }: ResourceRecord): void {
    const rest = this.#store
      .leftovers(this.#stackId)
      .filter((record) => record.logicalId !== logicalId || record.physicalId !== physicalId);
    this.#store.setLeftovers(this.#stackId, rest);
  }

  /** Keeps the old resource and marks the new one for deletion. */
  swap(before: ResourceRecord, after: ResourceRecord): void {
    this.drop(before);
    this.add(after);
  }
}
