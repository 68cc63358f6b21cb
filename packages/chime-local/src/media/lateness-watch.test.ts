import { expect, it } from 'vitest';
import { LatenessWatch } from './lateness-watch.ts';
import type { SoundLoad } from './sound-load.ts';

/** A second of 200 slots, some of them late. @returns whether the watch says that it has changed. */
function secondOf(
  watch: LatenessWatch,
  second: number,
  lateSlots: number,
  lateMs: number,
  load: SoundLoad = 'heavy',
) {
  let changed = false;
  for (let slot = 0; slot < 200; slot++) {
    const latenessMs = slot < lateSlots ? lateMs : 0.2;
    changed = watch.note(latenessMs, second * 1_000 + slot * 5, () => load) || changed;
  }
  return changed;
}

it('A second with more than a twentieth of slots late is late', () => {
  const watch = new LatenessWatch();
  secondOf(watch, 0, 10, 30);
  secondOf(watch, 1, 11, 30);
  expect(watch.late).toBe(false);
  expect(secondOf(watch, 2, 0, 0)).toBe(true);
  expect(watch.late).toBe(true);
});

it('Three good seconds in a row end the lateness', () => {
  const watch = new LatenessWatch();
  for (const [second, lateMs] of [30, 0, 0, 7, 0, 0].entries()) secondOf(watch, second, 100, lateMs);
  secondOf(watch, 6, 0, 0);
  expect(watch.late).toBe(true);
  secondOf(watch, 7, 0, 0);
  expect(watch.late).toBe(false);
});

it('Skipped slots count as late', () => {
  const watch = new LatenessWatch();
  secondOf(watch, 0, 0, 0);
  watch.note(60, 1_010, () => 'heavy', 12);
  secondOf(watch, 2, 0, 0);
  expect(watch.late).toBe(true);
  expect(watch.rest()).toBe(true);
  expect(watch.late).toBe(false);
});

it('A full second is late though no slot was, and never good', () => {
  const watch = new LatenessWatch();
  secondOf(watch, 0, 0, 0, 'light');
  expect(secondOf(watch, 1, 0, 0, 'full')).toBe(true);
  for (let second = 2; second < 8; second++) secondOf(watch, second, 0, 0, 'full');
  expect(watch.late).toBe(true);
  for (let second = 8; second < 12; second++) secondOf(watch, second, 0, 0, 'heavy');
  expect(watch.late).toBe(false);
});

it('Lateness that the calls did not cause does not count', () => {
  const watch = new LatenessWatch();
  for (let second = 0; second < 5; second++) secondOf(watch, second, 200, 50, 'light');
  expect(watch.late).toBe(false);
});
