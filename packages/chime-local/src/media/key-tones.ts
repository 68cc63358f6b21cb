import { TELEPHONE_RATE } from '#audio';
import type { KeysRequest } from './outgoing-keys.ts';

/** Frequencies of the two tones of a key (ITU-T Q.23), Hz: one for its row, one for its column. */
const ROWS = { '123A': 697, '456B': 770, '789C': 852, '*0#D': 941 };
const COLUMNS = [1209, 1336, 1477, 1633];
/** Amplitude of each of the two tones: together they stay below full scale. */
const LEVEL = 8000;

/** The sound of keys, for far ends that do not accept events. */
export function keyTones({ keys, toneMs, gapMs, commaMs }: Omit<KeysRequest, 'playId'>): Int16Array {
  const parts = [...keys].flatMap((key) => {
    return key === ',' ? [silence(commaMs)] : [dualTone(key, toneMs), silence(gapMs)];
  });
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

function silence(ms: number): Int16Array {
  return new Int16Array((ms * TELEPHONE_RATE) / 1000);
}

function dualTone(key: string, ms: number): Int16Array {
  const [row, low] = Object.entries(ROWS).find(([keys]) => keys.includes(key)) ?? [key, 0];
  const high = COLUMNS[row.indexOf(key)] ?? 0;
  const wave = (hz: number, at: number): number => Math.sin((2 * Math.PI * hz * at) / TELEPHONE_RATE);
  return silence(ms).map((_, at) => Math.round(LEVEL * (wave(low, at) + wave(high, at))));
}
