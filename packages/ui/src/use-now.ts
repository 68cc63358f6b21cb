import { useSyncExternalStore } from 'react';
import { browserClock } from './clock.ts';

const SECOND = 1000;
const listeners = new Set<() => void>();
let now = browserClock.now();
let cancel: (() => void) | undefined;

/** The current time, updated every second by one timer for all components that show a duration. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) cancel?.();
  };
}

function tick(): void {
  now = browserClock.now();
  for (const listener of listeners) listener();
  cancel = browserClock.after(SECOND - (now % SECOND), tick);
}
