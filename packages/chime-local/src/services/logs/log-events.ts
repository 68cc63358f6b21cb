import type { Clock } from '#platform';

export interface LogEvent {
  logStream: string;
  /** Milliseconds since the epoch: what it says of itself, and when it came. */
  timestamp: number;
  ingestedAt: number;
  message: string;
  /** Rises with every event. */
  id: number;
}

/** Events of a group that are kept; the oldest go first. Ours. */
export const MAX_EVENTS = 10_000;
/** Characters of a message that are kept. API reference, PutLogEvents: 256 KB less 26 bytes. */
const MAX_MESSAGE = 262_118;
/** Characters of all events that are kept, of whatever group. Ours. */
export const MAX_CHARACTERS = 32 * 1024 * 1024;
/** As many characters an event counts beside its message: there may be any number of groups, and of short messages. Ours. */
const EVENT_CHARACTERS = 200;

/** What was logged, by group: kept in memory while the program runs. */
export class LogEvents {
  readonly #byGroup = new Map<string, LogEvent[]>();
  /** The groups of as many events as the place says: the largest of many groups is found at every event. */
  readonly #bySize: Set<LogEvent[]>[] = [];
  readonly #clock: Clock;
  #characters = 0;
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(group: string, logStream: string, message: string, timestamp = this.#clock.now()): void {
    const events = this.#byGroup.get(group) ?? [];
    this.#byGroup.set(group, events);
    const kept = message.slice(0, MAX_MESSAGE);
    const event = { logStream, timestamp, ingestedAt: this.#clock.now(), message: kept, id: this.#nextId++ };
    this.#resize(events, () => events.push(event));
    this.#characters += sizeOf(event);
    if (events.length > MAX_EVENTS) this.#dropOldest(events);
    while (this.#characters > MAX_CHARACTERS) this.#dropOldest(this.#largest());
  }

  /** In the order in which they came. */
  of(group: string): readonly LogEvent[] {
    return this.#byGroup.get(group) ?? [];
  }

  forget(group: string): void {
    const events = this.#byGroup.get(group) ?? [];
    for (const event of events) this.#characters -= sizeOf(event);
    this.#bySize[events.length]?.delete(events);
    this.#byGroup.delete(group);
  }

  #dropOldest(events: LogEvent[]): void {
    this.#resize(events, () => {
      const oldest = events.shift();
      this.#characters -= oldest ? sizeOf(oldest) : this.#characters;
    });
  }

  #resize(events: LogEvent[], change: () => void): void {
    this.#bySize[events.length]?.delete(events);
    change();
    const alike = this.#bySize[events.length] ?? new Set();
    this.#bySize[events.length] = alike.add(events);
  }

  #largest(): LogEvent[] {
    while (this.#bySize.length > 0 && !this.#bySize.at(-1)?.size) this.#bySize.pop();
    const [largest = []] = this.#bySize.at(-1) ?? [];
    return largest;
  }
}

const sizeOf = ({ message }: Pick<LogEvent, 'message'>): number => message.length + EVENT_CHARACTERS;
