import { type Locks, type OwnNumber, takeNumber } from './own-number.ts';
import type { Line } from './state.ts';

/** A registrar's response for a number that belongs to another phone (RFC 3261 section 10.3). */
const FORBIDDEN = 403;
/**
 * Milliseconds before a reloaded page's number is tried again: the server may not know yet that the previous
 * page is gone.
 */
const SECOND_TRY_MS = 700;

export interface RegistrationWorld {
  /** The numbers to choose from. */
  pool: readonly string[];
  locks: Locks | undefined;
  /** The number that this tab had before a reload. */
  kept: string | undefined;
  /** Milliseconds to wait for `kept`; 0 if the page was not reloaded. */
  handOverMs: number;
  keep(number: string): void;
  register(number: string): void;
  onNumber(number: string): void;
  onLine(line: Line): void;
  after(ms: number, fn: () => void): void;
}

/** Finds a number of its own and keeps the phone registered under it. */
export class Registration {
  readonly #world: RegistrationWorld;
  readonly #refused = new Set<string>();
  #own: OwnNumber | undefined;
  #secondTryOf: string | undefined;
  #left = false;

  constructor(world: RegistrationWorld) {
    this.#world = world;
    this.#secondTryOf = world.handOverMs > 0 ? world.kept : undefined;
  }

  async start(): Promise<void> {
    const { pool, locks, kept, handOverMs } = this.#world;
    this.#world.onLine({ is: 'starting' });
    this.#own?.release();
    const own = await takeNumber(pool, { kept, locks, handOverMs, avoid: this.#refused });
    if (this.#left) return own?.release();
    this.#own = own;
    if (!own) return this.#world.onLine({ is: 'refused', trouble: allTaken(pool.length) });
    this.#world.onNumber(own.number);
    this.#world.register(own.number);
  }

  /** Tries again at the user's request: refused numbers may be free now. */
  again(): void {
    this.#refused.clear();
    void this.start();
  }

  onRegistered(number: string): void {
    if (number !== this.#own?.number) return;
    this.#world.keep(number);
    this.#secondTryOf = number;
    this.#world.onLine({ is: 'ready' });
  }

  onNotRegistered(number: string, code: number | undefined) {
    if (number !== this.#own?.number) return;
    if (code !== FORBIDDEN) return this.#world.onLine({ is: 'refused', trouble: notRegistered(code) });
    if (this.#secondTryOf === number) {
      this.#secondTryOf = undefined;
      return this.#world.after(SECOND_TRY_MS, () => {
        if (!this.#left) this.#world.register(number);
      });
    }
    this.#refused.add(number);
    void this.start();
  }

  onLost(): void {
    if (!this.#left) this.#world.onLine({ is: 'lost' });
  }

  leave(): void {
    this.#left = true;
    this.#own?.release();
  }
}

function allTaken(count: number) {
  return {
    what: `All ${count} numbers for phones in pages are taken.`,
    advice: 'Close another tab with a phone, then try again.',
  };
}

function notRegistered(code: number | undefined) {
  return code === undefined
    ? { what: 'The server does not answer the registration.', advice: 'Does the runtime still run?' }
    : {
        what: `The server refused to register this phone (SIP ${code}).`,
        advice: "The runtime's log says why.",
      };
}
