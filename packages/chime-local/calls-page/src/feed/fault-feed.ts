import type { ListedFault } from '#faults';

/** Where the runtime has the switches. */
const SWITCHES = '/faults';
/** Milliseconds between two looks: a fault that is used up switches itself off. */
const LOOK_MS = 2_000;

export interface FaultState {
  /** Empty until the first answer, and where there are no switches. */
  faults: readonly ListedFault[];
  /** Why the last switch was refused. */
  problem?: { name: string; message: string };
}

/** The faults that can be switched on by hand, and which are. */
export class FaultFeed {
  readonly #listeners = new Set<() => void>();
  #state: FaultState = { faults: [] };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): FaultState => this.#state;

  start(): void {
    void this.#look();
    setInterval(() => document.visibilityState === 'visible' && void this.#look(), LOOK_MS);
  }

  async switchOn(name: string, wanted: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await this.#ask(`/${name}`, 'PUT', JSON.stringify(wanted));
    if (response && !response.ok) {
      const { message } = (await response.json()) as { message: string };
      this.#set({ ...this.#state, problem: { name, message } });
    } else await this.#switched();
  }

  async switchOff(name: string): Promise<void> {
    await this.#ask(`/${name}`, 'DELETE');
    await this.#switched();
  }

  async allOff(): Promise<void> {
    await this.#ask('', 'DELETE');
    await this.#switched();
  }

  /** What was wrong before is over. */
  #switched(): Promise<void> {
    this.#set({ faults: this.#state.faults });
    return this.#look();
  }

  async #look(): Promise<void> {
    const response = await this.#ask('', 'GET');
    if (!response?.ok) return;
    const { faults } = (await response.json()) as { faults: ListedFault[] };
    // What has not changed is not drawn again.
    if (JSON.stringify(faults) !== JSON.stringify(this.#state.faults)) this.#set({ ...this.#state, faults });
  }

  #ask(path: string, method: string, body?: string): Promise<Response | undefined> {
    const init = { method, cache: 'no-store', ...(body === undefined ? {} : { body }) } as const;
    return fetch(`${SWITCHES}${path}`, init).catch(() => undefined);
  }

  #set(state: FaultState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
