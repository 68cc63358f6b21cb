import type { BrowserRow, CallRow, MeetingEntry } from '#contract';

/** A meeting as the page shows it: what was created, and who is in it now. */
export interface MeetingGroup {
  name: string;
  /** Usually one; none when callers are in a meeting whose PIN is gone. */
  pins: string[];
  /** In the order in which they came. */
  callers: CallRow[];
  /** Operators who are in with the web client, in the order in which they came. */
  browsers: BrowserRow[];
}

/**
 * Puts callers and operators under the meeting whose name they entered. The order is that of creation and never changes
 * while the page is open, so that nothing moves under the hand of the person who is about to press.
 */
export function groupMeetings(
  meetings: readonly MeetingEntry[],
  rows: readonly CallRow[],
  browsers: readonly BrowserRow[] = [],
): MeetingGroup[] {
  const groups = new Map<string, MeetingGroup>();
  const groupOf = (name: string): MeetingGroup => {
    const known = groups.get(name) ?? { name, pins: [], callers: [], browsers: [] };
    groups.set(name, known);
    return known;
  };
  const created = [...meetings].sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.name, b.name));
  for (const meeting of created) groupOf(meeting.name).pins.push(meeting.pin);
  const arrived = [...rows].sort(
    (a, b) => compare(a.joinedAt, b.joinedAt) || compare(a.transactionId, b.transactionId),
  );
  for (const row of arrived) groupOf(nameOf(row)).callers.push(row);
  const joined = [...browsers].sort((a, b) => compare(a.joinedAt, b.joinedAt));
  for (const row of joined) groupOf(row.meetingName).browsers.push(row);
  return [...groups.values()];
}

/** The name under which a caller's meeting is shown. */
export function nameOf(row: CallRow): string {
  return row.meetingName || row.meetingId;
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? '').localeCompare(b ?? '');
}
