import { useEffect } from 'react';
import type { MeetingGroup } from '../features/meetings/grouping.ts';

const NAME = 'Live Call';

/** The window's title tells how many callers are in, for whoever has another tab before them. */
export function useWindowTitle(meetings: readonly MeetingGroup[]): void {
  const callers = meetings.reduce((count, meeting) => count + meeting.callers.length, 0);
  useEffect(() => {
    document.title = callers === 0 ? NAME : `(${callers}) ${NAME}`;
    return () => {
      document.title = NAME;
    };
  }, [callers]);
}
