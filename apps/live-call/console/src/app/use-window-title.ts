import { useEffect } from 'react';
import type { MeetingGroup } from '../features/meetings/grouping.ts';

const NAME = 'Live Call';

/** Puts the number of connected callers into the window's title, for a person who is looking at another tab. */
export function useWindowTitle(meetings: readonly MeetingGroup[]): void {
  const callers = meetings.reduce((count, meeting) => count + meeting.callers.length, 0);
  useEffect(() => {
    document.title = callers === 0 ? NAME : `(${callers}) ${NAME}`;
    return () => {
      document.title = NAME;
    };
  }, [callers]);
}
