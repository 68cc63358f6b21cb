import { expect, it } from 'vitest';
import { ScriptedClock } from '#testkit';
import { createThrottle } from './throttle.ts';

const API = { apiId: 'a', accountId: '0', region: 'us-east-1', routes: [] };

it('Each route admits its burst and then its rate', () => {
  const clock = new ScriptedClock();
  const admit = createThrottle(
    {
      ...API,
      throttle: { rateLimit: 2, burstLimit: 3 },
      routeThrottles: { 'POST /own': { rateLimit: 1, burstLimit: 1 } },
    },
    clock,
  );
  const admitted = (routeKey: string, count: number) =>
    Array.from({ length: count }, () => admit(routeKey)).filter(Boolean).length;
  expect([admitted('POST /one', 2), admitted('POST /other', 2), admitted('POST /own', 2)]).toEqual([2, 1, 1]);
  clock.advance(1_000);
  expect([admitted('POST /one', 9), admitted('POST /own', 9)]).toEqual([2, 1]);
  clock.advance(3_600_000);
  expect(admitted('POST /one', 9)).toBe(3);
});

it("The account's limits apply to a stage that has none", () => {
  const admit = createThrottle(API, new ScriptedClock());
  expect(Array.from({ length: 6_000 }, () => admit('POST /one')).filter(Boolean)).toHaveLength(5_000);
});
