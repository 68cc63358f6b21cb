import { expect, it } from 'vitest';
import { decodeG711, encodeG711, PCMU, tone } from '#audio';
import { SoundSearch } from './find-sound.ts';

const RATE = 8_000;

const isIn = (heard: Int16Array, sound: Int16Array, from: number): boolean =>
  new SoundSearch(sound, from).isIn(heard);

/** A distinctive sound: a gliding tone. */
function gliding(fromHz: number): Int16Array {
  return Int16Array.from({ length: RATE }, (_, n) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * n * (fromHz + n / 40)) / RATE)),
  );
}

function heardAfter(silence: number, sound: Int16Array): Int16Array {
  const heard = new Int16Array(silence + sound.length);
  heard.set(sound, silence);
  return heard;
}

it('A sound is found once it has been heard, not before', () => {
  const sound = gliding(300);
  const coded = new Uint8Array(sound.length);
  encodeG711(PCMU, sound, 0, sound.length, coded);
  const decoded = new Int16Array(sound.length);
  decodeG711(PCMU, coded, 0, decoded.length, decoded);
  const heard = heardAfter(1_234, decoded);
  expect(isIn(heard, sound, 0)).toBe(true);
  expect(isIn(heard, sound, 3_000)).toBe(false);
  expect(isIn(heard.subarray(0, 2_000), sound, 0)).toBe(false);
});

it('Other sounds and silence are not taken for the sound', () => {
  const sound = gliding(300);
  expect(isIn(heardAfter(500, gliding(700)), sound, 0)).toBe(false);
  expect(isIn(heardAfter(500, tone(440, RATE, RATE)), sound, 0)).toBe(false);
  expect(isIn(new Int16Array(2 * RATE), sound, 0)).toBe(false);
});

it('A sound that late packets tear apart is found as it arrives', () => {
  const sound = gliding(300);
  const torn = new Int16Array(sound.length + 320);
  // 20 ms of silence in the first part and in the second shift what follows.
  torn.set(sound.subarray(0, 900));
  torn.set(sound.subarray(900, 3_000), 1_060);
  torn.set(sound.subarray(3_000), 3_320);
  const search = new SoundSearch(sound, 0);
  const found: number[] = [];
  for (let heard = 0; heard <= torn.length; heard += 160) {
    if (search.isIn(torn.subarray(0, heard))) found.push(heard);
  }
  expect(found[0]).toBeGreaterThanOrEqual(4_000);
  expect(found[0]).toBeLessThan(6_500);
  expect(found).toHaveLength((torn.length - (found[0] ?? 0)) / 160 + 1);
});

it('Silence is found at the beginning of any sound', () => {
  expect(isIn(new Int16Array(0), new Int16Array(RATE), 0)).toBe(true);
});
