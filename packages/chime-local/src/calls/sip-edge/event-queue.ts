import type { Log } from '#platform';
import type { SipEdgeEvents } from './sip-edge.ts';

type Tell = (events: SipEdgeEvents) => void;

/**
 * Passes events to the runtime in order, and only after the current call has returned: an event never reaches
 * the runtime while it is still inside `answer` or `hangUp`.
 */
export class EventQueue {
  #events: SipEdgeEvents | undefined;
  readonly #log: Log;
  #waiting: Tell[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Sets the observer, which is also told of earlier events. @throws Error if there is an observer already. */
  observe(events: SipEdgeEvents): void {
    if (this.#events) throw new Error('the SIP edge is observed already');
    this.#events = events;
    queueMicrotask(() => this.#deliver());
  }

  push(tell: Tell): void {
    if (this.#waiting.push(tell) === 1) queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const events = this.#events;
    if (!events) return;
    const due = this.#waiting;
    this.#waiting = [];
    for (const tell of due) {
      try {
        tell(events);
      } catch (error) {
        // A fault of the listener must not cost the other legs their events.
        this.#log.error('an event of the SIP edge was not handled', { error: String(error) });
      }
    }
  }
}
