/** Somebody who hears: the scripted telephone, or a real one whose recording is read. */
export interface SoundListener {
  readonly line: {
    /** The newest sound, at most that many milliseconds of it, 8 kHz. */
    lastHeard(ms: number): Int16Array;
    /** The number of packets so far, and the sound up to a packet: for lines that keep what they heard. */
    readonly heard?: { readonly length: number };
    heardUpTo?(packet: number, ms: number): Int16Array;
  };
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

function shareOf(samples: Int16Array, hz: number): number {
  const all = power(samples);
  return samples.length === 0 || all < SILENCE ? 0 : powerAt(samples, hz) / all;
}

/** The share of what the phone hears now that is the tone: 0 to 1; 0 in silence. */
export function toneShare(phone: SoundListener, hz: number): number {
  return shareOf(phone.line.lastHeard(WINDOW_MS), hz);
}

/** Lines for whose sound somebody has waited. */
const waitedFor = new WeakSet<SoundListener['line']>();

/**
 * Waits for a window of sound that has what is wanted, among all that ended since the wait began: where this process
 * is held up, what was heard meanwhile is looked at afterwards, and no tone is too short to be noticed.
 *
 * @param from the packet with which to begin, if not with the next one
 */
async function waitForWindow(
  phone: SoundListener,
  what: string,
  wanted: (samples: Int16Array) => boolean,
  withinMs: number | undefined,
  from?: number,
): Promise<void> {
  const { line } = phone;
  waitedFor.add(line);
  let next = from ?? line.heard?.length ?? 0;
  const look = (): boolean => {
    if (wanted(line.lastHeard(WINDOW_MS))) return true;
    if (!line.heard || !line.heardUpTo) return false;
    for (; next <= line.heard.length; next++) if (wanted(line.heardUpTo(next, WINDOW_MS))) return true;
    return false;
  };
  await phone.until(what, look, withinMs);
}

export const hears = (phone: SoundListener, hz: number): boolean => toneShare(phone, hz) > PRESENT;

/** True when the phone gets sound packets and there is nothing in them. */
export function hearsSilence(phone: SoundListener): boolean {
  const samples = phone.line.lastHeard(WINDOW_MS);
  return samples.length > 0 && power(samples) < SILENCE;
}

/**
 * Waits until the phone hears the tone. The first wait of a call listens to what has been heard since its beginning, too:
 * the prompt that follows the answer may be over when a busy process has seen the answer.
 */
export async function waitForTone(phone: SoundListener, hz: number, withinMs?: number): Promise<void> {
  const from = waitedFor.has(phone.line) ? undefined : 0;
  const wanted = (samples: Int16Array): boolean => shareOf(samples, hz) > PRESENT;
  await waitForWindow(phone, `a tone of ${hz} Hz`, wanted, withinMs, from);
}

/** Presses keys and waits for the tone that comes of them, which is listened to from before the first key. */
export async function pressForTone(
  phone: SoundListener & { press(keys: string): Promise<void> },
  keys: string,
  hz: number,
): Promise<void> {
  await Promise.all([waitForTone(phone, hz), phone.press(keys)]);
}

/** Waits until the phone no longer hears the tone, over a whole window. */
export async function waitForToneToEnd(phone: SoundListener, hz: number, withinMs?: number): Promise<void> {
  const gone = (samples: Int16Array): boolean => samples.length > 0 && shareOf(samples, hz) < PRESENT / 3;
  await waitForWindow(phone, `the end of ${hz} Hz`, gone, withinMs);
}
