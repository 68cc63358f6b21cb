import { useNow } from 'page-ui/use-now.ts';
import { useRef } from 'react';
import type { RosterEntry } from './roster.ts';

/** Milliseconds for which a participant who left stays in the list, greyed, so that nothing moves under the pointer. */
export const DEPARTED_MS = 5000;

/** A line of the list: a participant who is present or left a moment ago. */
export interface ListedEntry {
  entry: RosterEntry;
  /** When the participant left, in milliseconds since the epoch by the page's clock; absent while present. */
  leftAt?: number;
}

/** The list including those who left since `before`, each in its previous place, for as long as they are shown. */
export function withDepartures(
  before: readonly ListedEntry[],
  entries: readonly RosterEntry[],
  now: number,
): ListedEntry[] {
  const present = new Set(entries.map(({ attendeeId }) => attendeeId));
  const listed: ListedEntry[] = entries.map((entry) => ({ entry }));
  let predecessor: string | undefined;
  for (const { entry, leftAt = now } of before) {
    const { attendeeId } = entry;
    if (!present.has(attendeeId)) {
      if (now - leftAt >= DEPARTED_MS) continue;
      const place = listed.findIndex((one) => one.entry.attendeeId === predecessor);
      listed.splice(place + 1, 0, { entry, leftAt });
    }
    predecessor = attendeeId;
  }
  return listed;
}

/** Keeps the lists of all meetings from one render to the next; returns a function that gives the list to render. */
export function useDepartures(): (meetingName: string, entries: readonly RosterEntry[]) => ListedEntry[] {
  const now = useNow();
  const lists = useRef(new Map<string, ListedEntry[]>());
  return (meetingName, entries) => {
    const listed = withDepartures(lists.current.get(meetingName) ?? [], entries, Math.max(now, Date.now()));
    lists.current.set(meetingName, listed);
    return listed;
  };
}
