import { phone, START } from './reducer.ts';
import type { Effect, PhoneEvent, PhoneState } from './state.ts';

/** The phone as the page shows it: events change its state and produce effects, which are carried out. */
export class Phone {
  readonly #carryOut: (effect: Effect) => void;
  readonly #listeners = new Set<() => void>();
  #state: PhoneState = START;

  constructor(carryOut: (effect: Effect) => void) {
    this.#carryOut = carryOut;
  }

  readonly state = (): PhoneState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  tell(event: PhoneEvent): void {
    const { state, effects } = phone(this.#state, event);
    const changed = state !== this.#state;
    this.#state = state;
    if (changed) for (const listener of this.#listeners) listener();
    for (const effect of effects) this.#carryOut(effect);
  }
}
