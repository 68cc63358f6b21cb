import { useSyncExternalStore } from 'react';
import type { MeetingSession } from './meeting-session.ts';
import type { SessionState } from './session-state.ts';

/** The page's presence in a meeting; renders again when it changes. */
export function useSession(session: MeetingSession): SessionState {
  return useSyncExternalStore(session.subscribe, session.getState);
}
