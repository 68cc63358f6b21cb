import type { BrowserRow, CallRow, MeetingEntry } from '#contract';

/** A meeting as the page shows it: what was created, and its present participants. */
export interface MeetingGroup {
  name: string;
  /** Usually one; none when callers are in a meeting whose PIN no longer exists. */
  pins: string[];
  /** In order of arrival. */
  callers: CallRow[];
  /** Operators who take part with the web client, in order of arrival. */
  browsers: BrowserRow[];
}

/**
 * Groups callers and operators by the meeting whose name they entered. Meetings are in the order of their
 * creation, which never changes while the page is open, so that nothing moves under the pointer of a person
 * about to click.
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
