/** Milliseconds for which a reloaded page waits until its previous instance releases the number. */
const HAND_OVER_MS = 1500;

/** A number that no other tab of this browser has until `release` is called. */
export interface OwnNumber {
  number: string;
  release(): void;
}

/** The part of the browser's lock manager that is used; absent on insecure origins. */
export type Locks = Pick<LockManager, 'request'>;

/**
 * The number of this tab: the one it had before a reload, or else the first of `pool` that no tab has. A
 * duplicated tab finds its copied number taken and gets another one. Undefined if all are taken or in `avoid`
 * (the server refused them).
 */
export async function takeNumber(
  pool: readonly string[],
  options: {
    kept?: string | undefined;
    avoid: ReadonlySet<string>;
    locks: Locks | undefined;
    handOverMs?: number;
  },
): Promise<OwnNumber | undefined> {
  const { kept, avoid, locks } = options;
  const free = pool.filter((number) => !avoid.has(number));
  if (kept !== undefined && free.includes(kept)) {
    const own = await take(kept, locks, options.handOverMs ?? HAND_OVER_MS);
    if (own) return own;
  }
  for (const number of free) {
    const own = await take(number, locks, 0);
    if (own) return own;
  }
  return undefined;
}

/** Holds the lock of `number`; undefined if another tab has it for longer than `waitMs`. */
function take(number: string, locks: Locks | undefined, waitMs: number): Promise<OwnNumber | undefined> {
  // Without locks, only the server prevents duplicates, by refusing to register a number twice.
  if (!locks) return Promise.resolve({ number, release() {} });
  return new Promise((resolve) => {
    const hold = (lock: unknown): Promise<void> => {
      if (!lock) {
        resolve(undefined);
        return Promise.resolve();
      }
      return new Promise<void>((release) => resolve({ number, release }));
    };
    const how = waitMs === 0 ? { ifAvailable: true } : { signal: AbortSignal.timeout(waitMs) };
    locks.request(`phone ${number}`, how, hold).catch(() => resolve(undefined));
  });
}
