import { describe, expect, it } from 'vitest';
import { type Locks, takeNumber } from './own-number.ts';
import { Registration, type RegistrationWorld } from './registration.ts';
import type { Line } from './state.ts';

const POOL = ['+1', '+2', '+3'];
const NONE: ReadonlySet<string> = new Set();

/** The lock manager of one browser, as its tabs share it. */
class PretendLocks {
  readonly held = new Set<string>();
  readonly #waiting: { name: string; grant: () => void }[] = [];

  readonly locks = {
    request: (name: string, options: LockOptions, use: (lock: unknown) => Promise<void>) => {
      if (!this.held.has(name)) return this.#hold(name, use);
      if (options.ifAvailable) return use(null);
      return new Promise<void>((resolve, reject) => {
        options.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        this.#waiting.push({ name, grant: () => resolve(this.#hold(name, use)) });
      });
    },
  } as unknown as Locks;

  async #hold(name: string, use: (lock: unknown) => Promise<void>): Promise<void> {
    this.held.add(name);
    await use({ name });
    this.held.delete(name);
    const next = this.#waiting.findIndex((one) => one.name === name);
    if (next >= 0) this.#waiting.splice(next, 1)[0]?.grant();
  }
}

describe('a number of our own', () => {
  it('A number differs in each tab, and is free once let go', async () => {
    const { locks } = new PretendLocks();
    const take = () => takeNumber(POOL, { avoid: NONE, locks });
    const [a, b, c] = [await take(), await take(), await take()];
    expect([a?.number, b?.number, c?.number]).toEqual(POOL);
    expect(await take()).toBeUndefined();
    b?.release();
    await Promise.resolve();
    expect((await take())?.number).toBe('+2');
  });

  it('A number stays over a reload, even if let go late', async () => {
    const { locks } = new PretendLocks();
    const before = await takeNumber(POOL, { kept: '+2', avoid: NONE, locks });
    const reloaded = takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 5000 });
    before?.release();
    expect((await reloaded)?.number).toBe('+2');
  });

  it('A duplicated tab has a new number: its copied one is taken', async () => {
    const { locks } = new PretendLocks();
    await takeNumber(POOL, { kept: '+2', avoid: NONE, locks });
    expect((await takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 0 }))?.number).toBe('+1');
    expect((await takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 5 }))?.number).toBe('+3');
  });

  it('avoids numbers that the server refused or the pool has lost', async () => {
    const taken = await takeNumber(POOL, { kept: '+9', avoid: new Set(['+1']), locks: undefined });
    expect(taken?.number).toBe('+2');
  });
});

/** A registration whose server refuses some numbers. */
function registering(options: { refused?: string[]; kept?: string; handOverMs?: number } = {}) {
  const seen = { registered: [] as string[], lines: [] as Line[], kept: [] as string[] };
  const refused = new Set(options.refused);
  const { locks } = new PretendLocks();
  const world: RegistrationWorld = {
    ...{ pool: POOL, locks, kept: options.kept, handOverMs: options.handOverMs ?? 0 },
    keep: (number) => void seen.kept.push(number),
    register(number) {
      seen.registered.push(number);
      queueMicrotask(() =>
        refused.has(number) ? one.onNotRegistered(number, 403) : one.onRegistered(number),
      );
    },
    onNumber() {},
    onLine: (line) => void seen.lines.push(line),
    after: (_ms, fn) => fn(),
  };
  const one = new Registration(world);
  return { one, seen, refused };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('registration', () => {
  it('registers the first free number and keeps it', async () => {
    const { one, seen } = registering();
    await one.start();
    await settled();
    expect(seen).toMatchObject({ registered: ['+1'], kept: ['+1'] });
    expect(seen.lines.at(-1)).toEqual({ is: 'ready' });
  });

  it('The next number is taken where one is in use', async () => {
    const { one, seen } = registering({ refused: ['+1', '+2'] });
    await one.start();
    await settled();
    expect(seen.registered).toEqual(['+1', '+2', '+3']);
    expect(seen.lines.at(-1)).toEqual({ is: 'ready' });
  });

  it("A reloaded page's number is asked for twice before another", async () => {
    const { one, seen } = registering({ refused: ['+2'], kept: '+2', handOverMs: 10 });
    await one.start();
    await settled();
    expect(seen.registered).toEqual(['+2', '+2', '+1']);
  });

  it('says so when all are taken, and tries all again when asked', async () => {
    const { one, seen, refused } = registering({ refused: POOL });
    await one.start();
    await settled();
    expect(seen.lines.at(-1)).toMatchObject({
      is: 'refused',
      trouble: { what: expect.stringContaining('All 3') },
    });
    refused.clear();
    one.again();
    await settled();
    expect(seen.lines.at(-1)).toEqual({ is: 'ready' });
  });

  it('tells of any other refusal, and of a lost connection', async () => {
    const { one, seen } = registering();
    await one.start();
    await settled();
    one.onNotRegistered('+1', 500);
    expect(seen.lines.at(-1)).toMatchObject({
      is: 'refused',
      trouble: { what: expect.stringContaining('500') },
    });
    one.onLost();
    expect(seen.lines.at(-1)).toEqual({ is: 'lost' });
    one.leave();
    one.onLost();
    expect(seen.lines.filter(({ is }) => is === 'lost')).toHaveLength(1);
  });
});
