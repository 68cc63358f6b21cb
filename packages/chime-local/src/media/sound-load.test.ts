import { expect, it } from 'vitest';
import { loadOf } from './sound-load.ts';

const whole = () => 1;

it("Late slots are the calls' doing if many legs use the processor", () => {
  expect(loadOf({ legs: 50, processor: 0.6, served: 1 }, whole)).toBe('heavy');
  expect(loadOf({ legs: 49, processor: 0.6, served: 1 }, whole)).toBe('light');
  expect(loadOf({ legs: 800, processor: 0.3, served: 0.9 }, whole)).toBe('light');
});

it('Sound that takes nearly a whole processor leaves no room for calls', () => {
  expect(loadOf({ legs: 700, processor: 0.86, served: 1 }, whole)).toBe('full');
  expect(loadOf({ legs: 49, processor: 0.95, served: 1 }, whole)).toBe('light');
});

it('The processor time is measured against the quota', () => {
  expect(loadOf({ legs: 50, processor: 0.3, served: 1 }, () => 0.4)).toBe('heavy');
  expect(loadOf({ legs: 50, processor: 0.35, served: 1 }, () => 0.4)).toBe('full');
  expect(loadOf({ legs: 50, processor: 0.1, served: 1 }, () => 0.4)).toBe('light');
});

it('Many calls without sound suffice, whichever program has the processor', () => {
  expect(loadOf({ legs: 2_000, processor: 0.2, served: 0.1 }, whole)).toBe('heavy');
  expect(loadOf({ legs: 4, processor: 0.2, served: 0.1 }, whole)).toBe('light');
});
