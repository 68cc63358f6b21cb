/**
 * A row must not outlive its call, even when the hang-up was missed: a row that has not been verified for a
 * while is checked by sending the call an update that changes nothing. The voice service knows whether the
 * call is in progress; its 404 removes the row.
 */
import type { StoredCallRow } from '../tables/index.ts';

/** Milliseconds after which a row is verified again, while the call is young. */
export const VERIFY_AFTER_MS = 60_000;
/** The most, once the call is old: a call has 1000 invocations, and a day has 1440 minutes. */
export const VERIFY_AT_LEAST_EVERY_MS = 300_000;
/** Verifications in one request: the service takes 5 updates a second, and operators need them too. */
export const VERIFICATIONS_PER_REQUEST = 2;
/** A row is verified again after this part of its age. */
const PART_OF_AGE = 0.1;

/** The rows to verify now, those that were verified longest ago first. */
export function rowsToVerify(rows: readonly StoredCallRow[], now: number): StoredCallRow[] {
  return rows
    .filter((row) => now - row.verifiedAt > verifyAfterMs(row, now))
    .sort((one, other) => one.verifiedAt - other.verifiedAt)
    .slice(0, VERIFICATIONS_PER_REQUEST);
}

function verifyAfterMs(row: StoredCallRow, now: number): number {
  const part = (now - Date.parse(row.joinedAt)) * PART_OF_AGE;
  return Math.min(Math.max(part, VERIFY_AFTER_MS), VERIFY_AT_LEAST_EVERY_MS);
}
