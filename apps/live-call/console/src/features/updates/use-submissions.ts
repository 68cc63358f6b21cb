import { useSyncExternalStore } from 'react';
import type { Submission } from './submission.ts';
import type { UpdateStore } from './update-store.ts';

/** What this page has sent; renders again when it changes. */
export function useSubmissions(store: UpdateStore): readonly Submission[] {
  return useSyncExternalStore(store.subscribe, store.getSubmissions);
}
