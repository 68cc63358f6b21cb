import { describe, expect, it } from 'vitest';
import { PretendPair } from '../testing/pretend-pair.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const STORM = { loss: 0.2, duplication: 0.1, minDelayMs: 5, maxDelayMs: 400 };
const LONG_MS = 300_000;

function nothingLeft(pair: PretendPair): void {
  pair.clock.advance(LONG_MS);
  for (const agent of Object.values(pair.agents)) {
    expect(agent.kept).toEqual({ transactions: 0, usages: 0 });
  }
}

/** Asserts that a caller's call has ended exactly once; returns how. */
function endsOnce(told: string[]): string {
  const ends = told.filter((line) => /^(rejected|ended)/.test(line));
  expect(ends).toHaveLength(1);
  return ends[0]!;
}

describe('one user agent calls another over a bad network (loss 20 %, repetition 10 %, 5 to 400 ms)', () => {
  for (const seed of SEEDS) {
    it(`Seed ${seed}: both ends answer and end once; nothing is left`, () => {
      const pair = new PretendPair({ ...STORM, seed });
      pair.place();
      pair.clock.advance(60_000);
      const { caller, called } = pair.told;
      if (!caller.includes('answered')) {
        // Seven INVITEs or eleven responses in a row were lost.
        expect(endsOnce(caller)).toBe('rejected 408');
        nothingLeft(pair);
        return;
      }
      expect(caller.filter((line) => line === 'answered')).toHaveLength(1);
      pair.hangUp(seed % 2 === 0 ? 'caller' : 'called');
      pair.clock.advance(60_000);
      expect(endsOnce(caller)).toMatch(/^ended/);
      expect(endsOnce(called)).toMatch(/^ended/);
      expect(called.filter((line) => line === 'invited')).toHaveLength(1);
      nothingLeft(pair);
    });

    it(`Seed ${seed}: a cancelled call leaves neither end in it`, () => {
      const pair = new PretendPair({ ...STORM, seed: seed + 500 });
      pair.place();
      pair.clock.advance(seed * 60);
      const before = [...pair.told.caller];
      pair.cancel();
      if (before.includes('answered')) pair.hangUp('caller');
      pair.clock.advance(LONG_MS);
      // A user that has cancelled a call gets no further reports about it.
      if (!before.includes('answered')) expect(pair.told.caller).toEqual(before);
      if (pair.told.called.includes('invited')) endsOnce(pair.told.called);
      nothingLeft(pair);
    });
  }

  it('A refusal is reported once, however often it is repeated', () => {
    const pair = new PretendPair({ ...STORM, seed: 3 });
    pair.onInvited = (usageId) => pair.tell('called', (agent, now) => agent.refuse(usageId, 486, {}, now));
    pair.place();
    pair.clock.advance(LONG_MS);
    expect(pair.told.caller).toEqual(['rejected 486']);
    nothingLeft(pair);
  });
});
