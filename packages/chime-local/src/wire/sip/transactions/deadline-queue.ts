/** An object that is to be woken at `wakeAt`; Infinity means never. */
export interface Timed {
  /** Time in ms. */
  wakeAt: number;
  /** Managed by the queue: the index in the heap, -1 if it is not in the heap. */
  queueIndex: number;
}

/**
 * A binary heap ordered by time. Every member knows its index, so that it can be moved when its deadline
 * changes.
 */
export class DeadlineQueue<T extends Timed> {
  readonly #heap: T[] = [];

  /** The earliest time at which a member is to be woken; Infinity for never. */
  get wakeAt(): number {
    return this.#heap[0]?.wakeAt ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Moves the member to the position for its `wakeAt`; removes it if that is Infinity. */
  update(member: T): void {
    if (member.wakeAt === Number.POSITIVE_INFINITY) {
      this.remove(member);
      return;
    }
    if (member.queueIndex < 0) {
      member.queueIndex = this.#heap.length;
      this.#heap.push(member);
    }
    this.#rise(member);
    this.#sink(member);
  }

  remove(member: T): void {
    const index = member.queueIndex;
    if (index < 0) return;
    member.queueIndex = -1;
    const last = this.#heap.pop()!;
    if (last === member) return;
    this.#heap[index] = last;
    last.queueIndex = index;
    this.#rise(last);
    this.#sink(last);
  }

  /** The first member if it is due at `now`; it remains first until its `wakeAt` changes. */
  due(now: number): T | undefined {
    const first = this.#heap[0];
    return first && first.wakeAt <= now ? first : undefined;
  }

  #rise(member: T): void {
    let index = member.queueIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex]!;
      if (parent.wakeAt <= member.wakeAt) break;
      this.#place(parent, index);
      index = parentIndex;
    }
    this.#place(member, index);
  }

  #sink(member: T): void {
    let index = member.queueIndex;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#heap.length) break;
      const right = left + 1;
      const smaller =
        right < this.#heap.length && this.#heap[right]!.wakeAt < this.#heap[left]!.wakeAt ? right : left;
      const child = this.#heap[smaller]!;
      if (child.wakeAt >= member.wakeAt) break;
      this.#place(child, index);
      index = smaller;
    }
    this.#place(member, index);
  }

  #place(member: T, index: number): void {
    this.#heap[index] = member;
    member.queueIndex = index;
  }
}
