import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ResourceState } from './resource.ts';

/** What the last start made, in the order of making; on disk after every change that matters. */
export class StackState {
  readonly #file: string;
  #resources: Map<string, ResourceState>;

  constructor(file: string) {
    this.#file = file;
    this.#resources = new Map(Object.entries(read(file)));
  }

  /** True when nothing has been made yet. */
  get isNew(): boolean {
    return this.#resources.size === 0;
  }

  get(logicalId: string): ResourceState | undefined {
    return this.#resources.get(logicalId);
  }

  set(logicalId: string, state: ResourceState): void {
    const before = JSON.stringify(this.#resources.get(logicalId));
    if (before === JSON.stringify(state)) return;
    this.#resources.set(logicalId, state);
    this.#write();
  }

  delete(logicalId: string): void {
    if (this.#resources.delete(logicalId)) this.#write();
  }

  entriesNewestFirst(): [string, ResourceState][] {
    return [...this.#resources].reverse();
  }

  #write(): void {
    const temporary = `${this.#file}.new`;
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(this.#resources)), { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}

function read(file: string): Record<string, ResourceState> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ResourceState>;
  } catch {
    return {};
  }
}
