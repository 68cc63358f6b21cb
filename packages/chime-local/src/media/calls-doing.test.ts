import { expect, it } from 'vitest';
import { isCallsDoing } from './calls-doing.ts';

const whole = () => 1;

it("Late slots are the calls' doing if many legs use the processor", () => {
  expect(isCallsDoing({ legs: 50, processor: 0.6, served: 1 }, whole)).toBe(true);
  expect(isCallsDoing({ legs: 49, processor: 0.6, served: 1 }, whole)).toBe(false);
  expect(isCallsDoing({ legs: 800, processor: 0.3, served: 0.9 }, whole)).toBe(false);
});

it('The processor time is measured against the quota', () => {
  expect(isCallsDoing({ legs: 50, processor: 0.3, served: 1 }, () => 0.4)).toBe(true);
  expect(isCallsDoing({ legs: 50, processor: 0.1, served: 1 }, () => 0.4)).toBe(false);
});

it('Many calls without sound suffice, whichever program has the processor', () => {
  expect(isCallsDoing({ legs: 2_000, processor: 0.2, served: 0.1 }, whole)).toBe(true);
  expect(isCallsDoing({ legs: 4, processor: 0.2, served: 0.1 }, whole)).toBe(false);
});
