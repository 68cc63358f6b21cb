/**
 * Service quotas (AWS general reference, "Amazon Chime SDK endpoints and quotas", defaults), and what keeps count
 * of a rate. A machine of one's own has no neighbours to protect, so they are off unless asked for; to see what
 * an application does when it is throttled, turn them on.
 */
import { type Clock, TokenBucket } from '#platform';

/** `aws`: the default quotas of an account. `off`: none of the quotas of this file. */
export type QuotaMode = 'aws' | 'off';

export const QUOTAS = {
  /** Phone numbers of an account. */
  phoneNumbers: 5,
  /** SIP media applications of an account in one Region. */
  sipMediaApplicationsPerRegion: 30,
  /** Voice Connectors of an account in one Region. */
  voiceConnectorsPerRegion: 3,
  /** Voice Connector groups of an account. */
  voiceConnectorGroups: 3,
  /** Meetings at one time. */
  concurrentMeetings: 250,
} as const;

/** Requests a second of one operation. */
export const VOICE_RATES: Readonly<Record<string, number>> = {
  CreateSipMediaApplicationCall: 1,
  UpdateSipMediaApplicationCall: 5,
};
/** Requests a second, each operation of the meetings API for itself. */
export const MEETINGS_RATE = 10;

export interface RateMeter {
  /** Whether one more request of that operation is within its rate; counts it if so. */
  take(operation: string): boolean;
}

/** A bucket for each operation that holds one second's worth and fills steadily. */
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
