/**
 * Service quotas (AWS general reference, "Amazon Chime SDK endpoints and quotas", defaults) and the meter of
 * request rates. A local machine has no other customers to protect, so the quotas are off by default; turn
 * them on to see how an application behaves when it is throttled.
 */
import { type Clock, TokenBucket } from '#platform';

/** `aws`: the default quotas of an account. `off`: none of the quotas in this file. */
export type QuotaMode = 'aws' | 'off';

export const QUOTAS = {
  /** Phone numbers per account. */
  phoneNumbers: 5,
  /** SIP media applications per account and Region. */
  sipMediaApplicationsPerRegion: 30,
  /** Voice Connectors per account and Region. */
  voiceConnectorsPerRegion: 3,
  /** Voice Connector groups per account. */
  voiceConnectorGroups: 3,
  /** Meetings that exist at the same time. */
  concurrentMeetings: 250,
} as const;

/** Requests per second for an operation. */
export const VOICE_RATES: Readonly<Record<string, number>> = {
  CreateSipMediaApplicationCall: 1,
  UpdateSipMediaApplicationCall: 5,
};
/** Requests per second for each operation of the meetings API. */
export const MEETINGS_RATE = 10;

export interface RateMeter {
  /** Whether one more request for that operation is within its rate. Counts the request if so. */
  take(operation: string): boolean;
}

/** A token bucket for each operation. It holds one second's worth of requests and refills steadily. */
export function createRateMeter(
  clock: Clock,
  perSecond: (operation: string) => number | undefined,
): RateMeter {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(operation) {
      const rate = perSecond(operation);
      if (rate === undefined) return true;
      const bucket = buckets.get(operation) ?? new TokenBucket(rate, rate);
      buckets.set(operation, bucket);
      return bucket.take(clock.now());
    },
  };
}
