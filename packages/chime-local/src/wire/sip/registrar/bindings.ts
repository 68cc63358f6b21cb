import { DeadlineQueue, type Timed } from '../transactions/deadline-queue.ts';
import { type Source, TRANSPORTS } from '../transport/flow.ts';
import { sourceKey } from '../transport/source-key.ts';
import type { RegisteredContact } from './contacts.ts';

/** A number and where it can be called: RFC 3261 section 10. */
export interface Binding extends Timed, Omit<RegisteredContact, 'expiresS'> {
  readonly number: string;
  /** RFC 5626 was agreed on: requests go back along the flow. */
  readonly outbound: boolean;
  /** Where the REGISTER came from. */
  readonly source: Source;
  readonly callId: string;
  readonly cseq: number;
  /** ms; the same as `wakeAt`. */
  readonly expiresAt: number;
  /** Its connection has closed, and nobody has come back for it. */
  abandoned: boolean;
}

/** The bindings of all numbers, in the order of their last REGISTER. */
export class Bindings {
  readonly #byNumber = new Map<string, Binding[]>();
  readonly #byConnection = new Map<number, Set<Binding>>();
  readonly #deadlines = new DeadlineQueue<Binding>();

  get size(): number {
    return this.#deadlines.size;
  }

  get wakeAt(): number {
    return this.#deadlines.wakeAt;
  }

  /** How many came from the source. */
  ofSource(source: string): number {
    let count = 0;
    for (const bindings of this.#byNumber.values()) {
      for (const binding of bindings) if (sourceKey(binding.source.address) === source) count += 1;
    }
    return count;
  }

  numbers(): string[] {
    return [...this.#byNumber.keys()];
  }

  /** Oldest first. */
  of(number: string): readonly Binding[] {
    return this.#byNumber.get(number) ?? [];
  }

  /** How many came by the connection. */
  onConnection(connection: number): number {
    return this.#byConnection.get(connection)?.size ?? 0;
  }

  add(binding: Binding): void {
    const others = this.#byNumber.get(binding.number);
    if (others) others.push(binding);
    else this.#byNumber.set(binding.number, [binding]);
    const { connection } = binding.source;
    if (connection !== undefined) {
      const held = this.#byConnection.get(connection) ?? new Set();
      this.#byConnection.set(connection, held.add(binding));
    }
    this.#deadlines.update(binding);
  }

  remove(binding: Binding): void {
    this.#deadlines.remove(binding);
    const others = this.of(binding.number).filter((other) => other !== binding);
    if (others.length > 0) this.#byNumber.set(binding.number, others);
    else this.#byNumber.delete(binding.number);
    const { connection } = binding.source;
    const held = connection === undefined ? undefined : this.#byConnection.get(connection);
    held?.delete(binding);
    if (held?.size === 0) this.#byConnection.delete(connection!);
  }

  /** Drops all that can be reached by the connection alone. */
  connectionClosed(connection: number): void {
    for (const binding of [...(this.#byConnection.get(connection) ?? [])]) {
      if (connectionOf(binding) !== undefined) this.remove(binding);
      else binding.abandoned = true;
    }
  }

  elapse(now: number): void {
    for (;;) {
      const due = this.#deadlines.due(now);
      if (!due) return;
      this.remove(due);
    }
  }
}

/** The connection of a binding that lives and dies with it. */
export function connectionOf({ source }: Pick<Binding, 'source'>): number | undefined {
  return TRANSPORTS[source.transport].callers ? source.connection : undefined;
}
