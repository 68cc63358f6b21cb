import type { Log } from '#platform';
import type { SipEdgeEvents } from './sip-edge.ts';

type Tell = (events: SipEdgeEvents) => void;

/**
 * Tells the runtime what happened, in order, and only after the present call has returned: an event never
 * reaches the runtime while it is still inside `answer` or `hangUp`.
 */
export class EventQueue {
  readonly #events: SipEdgeEvents;
  readonly #log: Log;
  #waiting: Tell[] = [];

  constructor(events: SipEdgeEvents, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  push(tell: Tell): void {
    if (this.#waiting.push(tell) === 1) queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const due = this.#waiting;
    this.#waiting = [];
    for (const tell of due) {
      try {
        tell(this.#events);
      } catch (error) {
        // A fault of the listener must not cost the other legs their events.
        this.#log.error('an event of the SIP edge was not handled', { error: String(error) });
      }
    }
  }
}
