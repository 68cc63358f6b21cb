/** Somebody who hears: the scripted telephone, or a real one whose recording is read. */
export interface Listener {
  /** The newest sound, at most that many milliseconds of it, 8 kHz. */
  readonly line: { lastHeard(ms: number): Int16Array };
  /** Looks again and again; rejects with `what` when it did not come to hold in time. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
}

/** Samples a second. */
const RATE = 8000;
/** Milliseconds that are listened to at once. */
const WINDOW_MS = 100;
/** Share of the window's power that a tone has when it is there. */
const PRESENT = 0.15;
/** Mean square below which a window is silent. */
const SILENCE = 100;

function power(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(1, samples.length);
}

/** Power of one frequency (Goertzel), in the same unit as `power`. */
function powerAt(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
  const square = last * last + before * before - coefficient * last * before;
  return (2 * square) / samples.length ** 2;
}

/** The share of what the phone hears now that is the tone: 0 to 1; 0 in silence. */
export function toneShare(phone: Listener, hz: number): number {
  const samples = phone.line.lastHeard(WINDOW_MS);
  const all = power(samples);
  return samples.length === 0 || all < SILENCE ? 0 : powerAt(samples, hz) / all;
}

export const hears = (phone: Listener, hz: number): boolean => toneShare(phone, hz) > PRESENT;

/** True when the phone gets sound packets and there is nothing in them. */
export function hearsSilence(phone: Listener): boolean {
  const samples = phone.line.lastHeard(WINDOW_MS);
  return samples.length > 0 && power(samples) < SILENCE;
}

/** Waits until the phone hears the tone. */
export async function waitForTone(phone: Listener, hz: number, withinMs?: number): Promise<void> {
  await phone.until(`a tone of ${hz} Hz`, () => hears(phone, hz), withinMs);
}

/** Waits until the phone no longer hears the tone, over a whole window. */
export async function waitForToneToEnd(phone: Listener, hz: number, withinMs?: number): Promise<void> {
  await phone.until(
    `the end of ${hz} Hz`,
    () => phone.line.lastHeard(WINDOW_MS).length > 0 && toneShare(phone, hz) < PRESENT / 3,
    withinMs,
  );
}
