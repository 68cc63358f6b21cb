/** A queue with a line for each source. The sources take turns, so that many items of one keep no other waiting. */
export class SourceLines<T extends { source?: string | undefined }> {
  /** Lines by source, in the order of their turns; none is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The item that is next. */
  get first(): T | undefined {
    const [line] = this.#lines.values();
    return line?.[0];
  }

  add(waiting: T): void {
    const { source = '' } = waiting;
    const line = this.#lines.get(source);
    if (line) line.push(waiting);
    else this.#lines.set(source, [waiting]);
    this.#size++;
  }

  /**
   * Takes the first item of the source whose turn it is and moves that source to the end. Skips sources that
   * are `kept` back.
   */
  next(kept?: (source: string) => boolean): T | undefined {
    const turn = this.#turn(kept);
    if (!turn) return undefined;
    const [source, line] = turn;
    const next = line.shift();
    this.#lines.delete(source);
    if (line.length > 0) this.#lines.set(source, line);
    this.#size--;
    return next;
  }

  #turn(kept?: (source: string) => boolean): [string, T[]] | undefined {
    for (const line of this.#lines) if (!kept?.(line[0])) return line;
    return undefined;
  }

  /** The waiting items of that source, in order. */
  of(source: string): readonly T[] {
    return this.#lines.get(source) ?? [];
  }

  /** The number of waiting items of each other source. */
  othersThan(source: string): number[] {
    return [...this.#lines].filter(([other]) => other !== source).map(([, line]) => line.length);
  }

  /** Removes and returns all items. */
  clear(): T[] {
    const all = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#size = 0;
    return all;
  }
}
