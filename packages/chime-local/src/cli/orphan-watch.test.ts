import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchForOrphaning } from './orphan-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How often the watch reports that its parent is gone, when the parent exits after a while. */
function toldOf(environment: Record<string, string>): number {
  let [id, told] = [4_711, 0];
  watchForOrphaning(
    () => {
      told += 1;
    },
    { environment, id: () => id },
  );
  vi.advanceTimersByTime(5_000);
  expect(told).toBe(0);
  id = 1;
  vi.advanceTimersByTime(5_000);
  return told;
}

it('A command run by npm is told once that npm is gone', () => {
  expect(toldOf({ npm_command: 'run-script' })).toBe(1);
  expect(toldOf({ npm_command: 'exec' })).toBe(1);
});

it('A command without npm may outlive its parent', () => {
  expect(toldOf({})).toBe(0);
});
