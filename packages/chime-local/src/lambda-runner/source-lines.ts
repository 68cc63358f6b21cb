/** What waits, in a line for each source; the sources take turns, so that many of one keep no other waiting. */
export class SourceLines<T extends { source?: string | undefined }> {
  /** By source, in the order of their turns; none is empty. */
  readonly #lines = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The one that is next. */
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

  /** Takes the first of the source whose turn it is, which is behind the others then; of none that is `kept` back. */
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

  /** What waits of that source, in order. */
  of(source: string): readonly T[] {
    return this.#lines.get(source) ?? [];
  }

  /** How many wait of each of the other sources. */
  othersThan(source: string): number[] {
    return [...this.#lines].filter(([other]) => other !== source).map(([, line]) => line.length);
  }

  /** Takes all. */
  clear(): T[] {
    const all = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#size = 0;
    return all;
  }
}
