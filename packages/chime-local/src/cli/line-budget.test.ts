import { expect, it } from 'vitest';
import { LineBudget } from './line-budget.ts';

it('A number of lines a second passes; the rest is counted', () => {
  let now = 0;
  const told: number[] = [];
  const budget = new LineBudget(
    3,
    (count) => told.push(count),
    () => now,
  );
  expect([1, 2, 3, 4, 5].map(() => budget.take())).toEqual([true, true, true, false, false]);
  expect(told).toEqual([]);
  now = 1000;
  expect(budget.take()).toBe(true);
  expect(told).toEqual([2]);
  now = 2500;
  expect(budget.take()).toBe(true);
  expect(told).toEqual([2]);
});
