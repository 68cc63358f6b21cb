import type { ResourceRecord } from './records.ts';
import type { StackStore } from './stack-store.ts';

/** Resources that an operation on a stack has replaced, and that its end takes away. */
export class Leftovers {
  readonly #store: StackStore;
  readonly #stackId: string;

  constructor(store: StackStore, stackId: string) {
    this.#store = store;
    this.#stackId = stackId;
  }

  /** Newest first. */
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

  /** The old one stays, the new one goes. */
  swap(before: ResourceRecord, after: ResourceRecord): void {
    this.drop(before);
    this.add(after);
  }
}
