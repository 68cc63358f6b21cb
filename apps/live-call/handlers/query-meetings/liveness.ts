/**
 * A row must not outlive its call, even when the hang-up was missed: of a row that has not been verified for a while the
 * meetings service is asked whether its attendee is still there. The attendee goes with its call or with its meeting,
 * and the question uses none of the five updates a second that operators have.
 */
import type { StoredCallRow } from '../tables/index.ts';

/** Milliseconds after which a row is verified again. */
export const VERIFY_AFTER_MS = 60_000;
/** Verifications in one request: the service answers ten such questions a second. AWS general reference, quotas. */
export const VERIFICATIONS_PER_REQUEST = 2;

/** The rows to verify now, those that were verified longest ago first. */
export function rowsToVerify(rows: readonly StoredCallRow[], now: number): StoredCallRow[] {
  return rows
    .filter((row) => now - row.verifiedAt > VERIFY_AFTER_MS)
    .sort((one, other) => one.verifiedAt - other.verifiedAt)
    .slice(0, VERIFICATIONS_PER_REQUEST);
}
