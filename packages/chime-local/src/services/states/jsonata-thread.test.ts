import { describe, expect, it } from 'vitest';
import { evaluateAside } from './jsonata-thread.ts';

/** More than the thread needs for an expression that terminates. */
const LIMIT_MS = 300;

describe('expressions of state machines', () => {
  it.each([
    ['calls itself without end', '($f := function($n){ $f($n) }; $f(1))'],
    ['looks for a pattern that backtracks', '$match($said, /(a+)+$/)'],
    ['makes a list without end', '$range(1, 300000000, 1)'],
  ])('An expression that %s does not block other work', async (_what, text) => {
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const { json, fault } = await evaluateAside({ text, bindings: { said: `${'a'.repeat(40)}!` } }, LIMIT_MS);
    clearInterval(timer);
    expect(json).toBeUndefined();
    expect(fault).toMatch(/longer than 300 ms|heap|memory/i);
    expect(turns).toBeGreaterThan(0);
    // The next expression gets a new thread.
    expect(await evaluateAside({ text: '$n + 1', bindings: { n: 1 } })).toEqual({ json: '2' });
  });

  it('An expression without a result has neither value nor fault', async () => {
    expect(await evaluateAside({ text: '$nothing', bindings: {} })).toEqual({});
  });

  it('An invalid expression is reported as a fault', async () => {
    expect((await evaluateAside({ text: '$sum(', bindings: {} })).fault).toContain('expression');
  });
});
