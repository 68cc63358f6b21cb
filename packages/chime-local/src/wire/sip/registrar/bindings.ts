import { DeadlineQueue, type Timed } from '../transactions/deadline-queue.ts';
import { type Source, TRANSPORTS } from '../transport/flow.ts';
import { sourceKey } from '../transport/source-key.ts';
import type { RegisteredContact } from './contacts.ts';

/** A number and where it can be called (RFC 3261 section 10). */
export interface Binding extends Timed, Omit<RegisteredContact, 'expiresS'> {
  readonly number: string;
  /** Whether RFC 5626 was agreed on: requests are sent back along the flow. */
  readonly outbound: boolean;
  /** Where the REGISTER came from. */
  readonly source: Source;
  readonly callId: string;
  readonly cseq: number;
  /** Time when the binding expires, ms; the same as `wakeAt`. */
  readonly expiresAt: number;
  /** Whether its connection has closed and the number has not been registered again since. */
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

  /** Number of bindings that came from this source. */
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

  /** The bindings of a number, oldest first. */
  of(number: string): readonly Binding[] {
    return this.#byNumber.get(number) ?? [];
  }

  /** Number of bindings that came over this connection. */
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

  /** Drops all bindings that can be reached over this connection only; others are marked as abandoned. */
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

/** The connection without which a binding cannot be reached, if there is one. */
export function connectionOf({ source }: Pick<Binding, 'source'>): number | undefined {
  return TRANSPORTS[source.transport].callers ? source.connection : undefined;
}
