import { expect, it } from 'vitest';
import type { Bar } from '#call-trace';
import { labelledBars } from './bar-labels.ts';

const bar = (text: string, beginMs: number, endMs: number): Bar => ({
  ...{ track: 'action', text, beginMs, endMs, failed: false, index: beginMs },
});
const places = (bars: Bar[]) => labelledBars(bars, 10_000, 1_000).map(({ row, label }) => `${label} ${row}`);

it('a label stands in its bar, or after or before it', () => {
  expect(
    places([bar('PlayAudio', 0, 4_000), bar('Pause', 5_000, 5_010), bar('Hangup', 9_990, 10_000)]),
  ).toEqual(['inside 0', 'right 0', 'left 0']);
});

it('bars whose labels would meet are drawn in rows', () => {
  expect(places([bar('PlayAudio', 0, 50), bar('Pause', 60, 90), bar('Speak', 2_000, 2_050)])).toEqual([
    'right 0',
    'right 1',
    'right 0',
  ]);
});

it('Bars that have no room for a label have none', () => {
  const crowd = Array.from({ length: 20 }, (_, index) => bar('ReceiveDigits', index * 10, index * 10 + 5));
  const drawn = labelledBars(crowd, 10_000, 1_000);
  expect(Math.max(...drawn.map(({ row }) => row))).toBe(3);
  expect(drawn.filter(({ label }) => label === 'none')).toHaveLength(16);
});

it('a label longer than any room is shortened where most is', () => {
  const drawn = (bars: Bar[]) =>
    labelledBars(bars, 1_000, 200).map(({ label, roomPx }) => [label, Math.round(roomPx)]);
  const long = 'PlayAudioAndGetDigits welcome-enter-pin.wav';
  expect(drawn([bar(long, 100, 700), bar(long, 200, 300), bar(long, 600, 700), bar(long, 0, 1_000)])).toEqual(
    [
      ['inside', 120],
      ['right', 140],
      ['left', 120],
      ['inside', 200],
    ],
  );
  expect(labelledBars([bar(long, 300, 700)], 1_000, 60)[0]?.label).toBe('none');
});
