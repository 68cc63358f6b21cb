import { expect, it } from 'vitest';
import { compareKeys } from './names.ts';
import { SortedKeys } from './sorted-keys.ts';

it('Keys stay sorted after any number of additions and removals', () => {
  const keys = new SortedKeys();
  const there = new Set<string>();
  const sorted = () => [...there].sort(compareKeys);
  const all = () => keys.all(() => there);
  for (let step = 0; step < 4_000; step++) {
    const key = `k${(step * 7919) % 1_500}${step % 3 === 0 ? '\u{1F600}' : ''}`;
    if (there.delete(key)) keys.remove(key);
    else {
      there.add(key);
      keys.add(key);
    }
    if (step % 97 === 0 || step === 3_000) expect(all()).toEqual(sorted());
  }
  expect(all()).toEqual(sorted());
});
