import type { CallSummary, RecordEntry } from 'pstn-audio/record';

/** Where the runtime serves the calls and their records. */
export const CALLS_PAGE = '/calls/';

/** One call's record, as far as it has come. */
export interface RecordState {
  entries: readonly RecordEntry[];
  /** `missing`: there is no record of that id. */
  is: 'loading' | 'here' | 'missing';
}

/** Follows the record of one call: asks for what has been added whenever it is told to. */
export class RecordFeed {
  readonly #id: string;
  readonly #listeners = new Set<() => void>();
  #state: RecordState = { entries: [], is: 'loading' };
  #next = 0;
  #asking: Promise<void> | undefined;
  #again = false;

  constructor(id: string) {
    this.#id = id;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): RecordState => this.#state;

  /** The call's row in the list: when it changes, the record has become longer. */
  follow(_row: CallSummary | undefined): void {
    this.#ask();
  }

  /** One question at a time. */
  #ask(): void {
    if (this.#asking) this.#again = true;
    else {
      this.#asking = this.#more().finally(() => {
        this.#asking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#ask();
      });
    }
  }

  async #more(): Promise<void> {
    const url = `${CALLS_PAGE}record/${encodeURIComponent(this.#id)}?from=${this.#next}`;
    const response = await fetch(url, { cache: 'no-store' }).catch(() => undefined);
    if (response?.status === 404 && this.#state.is === 'loading') this.#set({ entries: [], is: 'missing' });
    if (!response?.ok) return;
    this.#next = Number(response.headers.get('x-next'));
    const added = entriesIn(await response.text());
    if (added.length > 0 || this.#state.is !== 'here') {
      this.#set({ entries: [...this.#state.entries, ...added], is: 'here' });
    }
  }

  #set(state: RecordState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The entries of whole lines; a line that a kill of the runtime has torn off is passed over. */
function entriesIn(text: string): RecordEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RecordEntry];
    } catch {
      return [];
    }
  });
}
