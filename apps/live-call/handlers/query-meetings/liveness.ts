/**
 * A row must not outlive its call, even when the hang-up was missed. If a row has not been verified for a
 * while, the meetings service is asked whether its attendee is still there. The attendee disappears with its
 * call or with its meeting, and the question uses none of the five updates a second that operators have. If
 * the function failed at the hang-up, the attendee stays as long as others are in the meeting: so from time
 * to time the call itself is queried, by an update that changes nothing.
 */
import type { StoredCallRow } from '../tables/index.ts';

/** Milliseconds after which a row is verified again. */
export const VERIFY_AFTER_MS = 60_000;
/** Verifications in one request: the service accepts ten such requests a second. AWS general reference, quotas. */
export const VERIFICATIONS_PER_REQUEST = 2;

/** Milliseconds between two queries of a call itself. With 200 calls they use one update in three seconds. */
export const ASK_CALL_AFTER_MS = 600_000;

/**
 * Whether the call itself is to be queried now: true if more whole periods have passed since it joined than
 * when it was last verified.
 */
export function isCallToBeAskedFor({ joinedAt, verifiedAt }: StoredCallRow, now: number): boolean {
  const timesUntil = (at: number) => Math.floor((at - Date.parse(joinedAt)) / ASK_CALL_AFTER_MS);
  return timesUntil(now) > timesUntil(verifiedAt);
}

/** The rows to verify now, the longest unverified first. */
export function rowsToVerify(rows: readonly StoredCallRow[], now: number): StoredCallRow[] {
  return rows
    .filter((row) => now - row.verifiedAt > VERIFY_AFTER_MS)
    .sort((one, other) => one.verifiedAt - other.verifiedAt)
    .slice(0, VERIFICATIONS_PER_REQUEST);
}
