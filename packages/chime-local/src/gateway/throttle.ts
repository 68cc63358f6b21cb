import { type Clock, TokenBucket } from '#platform';
import type { HttpApi, Throttle } from './gateway.ts';

/** An account's limits for all HTTP APIs of a Region: requests per second, and burst. API Gateway quotas. */
const ACCOUNT_THROTTLE: Throttle = { rateLimit: 10_000, burstLimit: 5_000 };

/** Whether one more request to a route is admitted; an admitted request is counted. */
export type Admit = (routeKey: string) => boolean;

/**
 * Token buckets: one for each route with a throttle of its own, one for the stage's other routes, and one for
 * the account. Source: API Gateway developer guide, "Throttle requests to your HTTP APIs".
 */
export function createThrottle({ throttle, routeThrottles = {} }: HttpApi, clock: Clock): Admit {
  const bucketOf = ({ rateLimit, burstLimit }: Throttle) => new TokenBucket(rateLimit, burstLimit);
  const account = bucketOf(ACCOUNT_THROTTLE);
  const stage = throttle && bucketOf(throttle);
  const routes = new Map(Object.entries(routeThrottles).map(([key, limits]) => [key, bucketOf(limits)]));
  return (routeKey) => {
    const now = clock.now();
    const buckets = [routes.get(routeKey) ?? stage, account].filter((one) => one !== undefined);
    return buckets.every((bucket) => bucket.has(now)) && buckets.every((bucket) => bucket.take(now));
  };
}
