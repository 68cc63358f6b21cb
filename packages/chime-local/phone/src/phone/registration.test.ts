import { describe, expect, it } from 'vitest';
import { type Locks, takeNumber } from './own-number.ts';
import { Registration, type RegistrationWorld } from './registration.ts';
import type { Line } from './state.ts';

const POOL = ['+1', '+2', '+3'];
const NONE: ReadonlySet<string> = new Set();

/** The lock manager of one browser, which its tabs share. */
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

describe("the phone's own number", () => {
  it('Each tab gets another number, which is free once released', async () => {
    const { locks } = new PretendLocks();
    const take = () => takeNumber(POOL, { avoid: NONE, locks });
    const [a, b, c] = [await take(), await take(), await take()];
    expect([a?.number, b?.number, c?.number]).toEqual(POOL);
    expect(await take()).toBeUndefined();
    b?.release();
    await Promise.resolve();
    expect((await take())?.number).toBe('+2');
  });

  it('A number survives a reload, even if it is released late', async () => {
    const { locks } = new PretendLocks();
    const before = await takeNumber(POOL, { kept: '+2', avoid: NONE, locks });
    const reloaded = takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 5000 });
    before?.release();
    expect((await reloaded)?.number).toBe('+2');
  });

  it('A duplicated tab gets a new number because its copy is taken', async () => {
    const { locks } = new PretendLocks();
    await takeNumber(POOL, { kept: '+2', avoid: NONE, locks });
    expect((await takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 0 }))?.number).toBe('+1');
    expect((await takeNumber(POOL, { kept: '+2', avoid: NONE, locks, handOverMs: 5 }))?.number).toBe('+3');
  });

  it('Numbers that were refused or are not in the pool are avoided', async () => {
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
  it('The first free number is registered and kept', async () => {
    const { one, seen } = registering();
    await one.start();
    await settled();
    expect(seen).toMatchObject({ registered: ['+1'], kept: ['+1'] });
    expect(seen.lines.at(-1)).toEqual({ is: 'ready' });
  });

  it('The next number is used if one is taken', async () => {
    const { one, seen } = registering({ refused: ['+1', '+2'] });
    await one.start();
    await settled();
    expect(seen.registered).toEqual(['+1', '+2', '+3']);
    expect(seen.lines.at(-1)).toEqual({ is: 'ready' });
  });

  it("A reloaded page's number is tried twice before another one", async () => {
    const { one, seen } = registering({ refused: ['+2'], kept: '+2', handOverMs: 10 });
    await one.start();
    await settled();
    expect(seen.registered).toEqual(['+2', '+2', '+1']);
  });

  it('When all numbers are taken, that is reported and can be retried', async () => {
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

  it('Other refusals and a lost connection are reported', async () => {
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
