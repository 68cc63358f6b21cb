import { useSyncExternalStore } from 'react';
import type { UpdateDesk } from './desk.ts';
import type { Submission } from './submission.ts';

/** What this page has sent, drawn again when it changes. */
export function useSubmissions(desk: UpdateDesk): readonly Submission[] {
  return useSyncExternalStore(desk.subscribe, desk.getSubmissions);
}
