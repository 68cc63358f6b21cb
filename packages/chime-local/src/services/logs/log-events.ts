import type { Clock } from '#platform';

export interface LogEvent {
  logStream: string;
  /** Milliseconds since the epoch: the time that the event states, and the time at which it was ingested. */
  timestamp: number;
  ingestedAt: number;
  message: string;
  /** Increases with every event. */
  id: number;
}

/** Maximum number of events kept per group; the oldest are dropped first. Ours. */
export const MAX_EVENTS = 10_000;
/** Maximum number of characters kept per message. API reference, PutLogEvents: 256 KB less 26 bytes. */
const MAX_MESSAGE = 262_118;
/** Maximum number of characters kept over all groups. Ours. */
export const MAX_CHARACTERS = 32 * 1024 * 1024;
/**
 * What an event counts in addition to its message, in characters, because groups and short messages may be
 * numerous. Ours.
 */
const EVENT_CHARACTERS = 200;

/** The logged events by group, kept in memory while the program runs. */
export class LogEvents {
  readonly #byGroup = new Map<string, LogEvent[]>();
  /** The groups that have n events, at each index n. The largest of many groups is thus found quickly. */
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

  /** The events of a group in the order of their arrival. */
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
