import { useEffect } from 'react';

/**
 * Milliseconds in which another click is the second of two quick ones: it was meant for what was there at the first. Ours:
 * nobody reads a question in less. `--haste` of base.css is the same.
 */
export const HASTE_MS = 1000;

/** A key that is held down presses a button once, not thirty times a second. */
export function useKeysPressOnce(): void {
  useEffect(() => {
    const once = (event: KeyboardEvent): void => {
      const presses = event.key === 'Enter' || event.key === ' ';
      if (event.repeat && presses && event.target instanceof HTMLButtonElement) event.preventDefault();
    };
    document.addEventListener('keydown', once);
    return () => document.removeEventListener('keydown', once);
  }, []);
}
