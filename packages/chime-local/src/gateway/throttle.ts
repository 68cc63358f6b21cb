import type { Clock } from '#platform';
import type { HttpApi, Throttle } from './gateway.ts';

/** What an account has for all HTTP APIs of a Region. API Gateway quotas: requests a second, and at once. */
const ACCOUNT_THROTTLE: Throttle = { rateLimit: 10_000, burstLimit: 5_000 };

/** Whether one more request of a route is let in; counts it if so. */
export type Admit = (routeKey: string) => boolean;

interface Bucket {
  throttle: Throttle;
  tokens: number;
  /** Milliseconds since the epoch at which `tokens` were right. */
  at: number;
}

/**
 * Token buckets: one for each route that has a throttle of its own, one for all other routes of the stage, one for the
 * account. Source: API Gateway developer guide, "Throttle requests to your HTTP APIs".
 */
export function createThrottle({ throttle, routeThrottles = {} }: HttpApi, clock: Clock): Admit {
  const bucketOf = (limits: Throttle): Bucket => ({
    throttle: limits,
    tokens: limits.burstLimit,
    at: clock.now(),
  });
  const account = bucketOf(ACCOUNT_THROTTLE);
  const stage = throttle && bucketOf(throttle);
  const routes = new Map(Object.entries(routeThrottles).map(([key, limits]) => [key, bucketOf(limits)]));
  return (routeKey) => {
    const now = clock.now();
    const buckets = [routes.get(routeKey) ?? stage, account].filter((one) => one !== undefined);
    for (const bucket of buckets) fill(bucket, now);
    if (buckets.some(({ tokens }) => tokens < 1)) return false;
    for (const bucket of buckets) bucket.tokens -= 1;
    return true;
  };
}

function fill(bucket: Bucket, now: number): void {
  const { rateLimit, burstLimit } = bucket.throttle;
  const gained = (Math.max(0, now - bucket.at) * rateLimit) / 1000;
  bucket.tokens = Math.min(burstLimit, bucket.tokens + gained);
  bucket.at = now;
}
