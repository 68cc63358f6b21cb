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
/** Mean square of a window in which somebody speaks. */
const LOUD = 100_000;

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

/** Milliseconds of a packet, and packets in a window. */
const PACKET_MS = 20;
const WINDOW_PACKETS = WINDOW_MS / PACKET_MS;

/** Up to which packet a line was listened to, and for which tone; the tone is absent after a wait for its end. */
const listened = new WeakMap<SoundListener['line'], { to: number; hz?: number }>();

/** Where a line's sound is now: what was heard before is not looked at by a wait that begins here. */
const placeOf = ({ heard }: SoundListener['line']): number => heard?.length ?? 0;

/**
 * Waits for a window of sound that has what is wanted, among all that ended since a packet: where this process is held
 * up, what was heard meanwhile is looked at afterwards, and no tone is too short to be noticed. Gives the packet with
 * which the window ended.
 */
async function waitForWindow(
  phone: SoundListener,
  what: string,
  wanted: (samples: Int16Array) => boolean,
  from: number,
  withinMs: number | undefined,
): Promise<number> {
  const { line } = phone;
  let next = from;
  const look = (): boolean => {
    if (!line.heard || !line.heardUpTo) return wanted(line.lastHeard(WINDOW_MS));
    for (; next <= line.heard.length; next++) if (wanted(line.heardUpTo(next, WINDOW_MS))) return true;
    return false;
  };
  await phone.until(what, look, withinMs);
  return next;
}

export const hears = (phone: SoundListener, hz: number): boolean => toneShare(phone, hz) > PRESENT;

/** True when the phone gets sound packets and there is nothing in them. */
export function hearsSilence(phone: SoundListener): boolean {
  const samples = phone.line.lastHeard(WINDOW_MS);
  return samples.length > 0 && power(samples) < SILENCE;
}

/** From where, and how long, is listened. */
export interface ListeningOptions {
  /** What was heard before the wait began does not count. */
  fromNow?: boolean;
  withinMs?: number;
}

/**
 * Waits until the phone hears the tone. Sounds that follow each other are listened to in their order, however late this
 * process looks: the first wait of a call listens from its beginning, and one for another tone than the wait before
 * from where that one has ended. A second wait for the same tone begins with what is heard now, as does any after
 * `waitForToneToEnd`; where the tone comes of something that the test does and may soon be over, see `causeTone`.
 * Gives how many milliseconds of sound the phone had heard until then: by that clock two tones are apart.
 */
export async function waitForTone(
  phone: SoundListener,
  hz: number,
  { fromNow = false, withinMs }: ListeningOptions = {},
): Promise<number> {
  const { line } = phone;
  const before = listened.get(line);
  const inOrder = !fromNow && (!before || (before.hz !== undefined && before.hz !== hz));
  const from = inOrder ? (before ? before.to + WINDOW_PACKETS : 0) : placeOf(line);
  listened.set(line, { to: placeOf(line), hz });
  const wanted = (samples: Int16Array): boolean => shareOf(samples, hz) > PRESENT;
  const to = await waitForWindow(phone, `a tone of ${hz} Hz`, wanted, from, withinMs);
  listened.set(line, { to, hz });
  return to * PACKET_MS;
}

/** Waits for tones that follow each other, in that order. */
export async function waitForTones(phone: SoundListener, tones: readonly number[]): Promise<void> {
  for (const hz of tones) await waitForTone(phone, hz);
}

/**
 * Does what brings a tone, and waits for the tone, which is listened to from before: it may be over when a busy process
 * has seen that the deed is done. Gives what the deed gave.
 */
export async function causeTone<T>(phone: SoundListener, hz: number, cause: () => Promise<T>): Promise<T> {
  const [, result] = await Promise.all([waitForTone(phone, hz, { fromNow: true }), cause()]);
  return result;
}

/** Presses keys and waits for the tone that comes of them; gives when, as `waitForTone`. */
export async function pressForTone(
  phone: SoundListener & { press(keys: string): Promise<void> },
  keys: string,
  hz: number,
): Promise<number> {
  const [at] = await Promise.all([waitForTone(phone, hz, { fromNow: true }), phone.press(keys)]);
  return at;
}

/** Waits until the phone hears something loud in which the tone that was last waited for is not: somebody speaks. */
export async function waitForVoice(
  phone: SoundListener,
  { fromNow = false, withinMs }: ListeningOptions = {},
): Promise<void> {
  const { line } = phone;
  const before = listened.get(line);
  const { hz } = before ?? {};
  const from = fromNow ? placeOf(line) : before ? before.to + WINDOW_PACKETS : 0;
  const wanted = (samples: Int16Array): boolean =>
    power(samples) > LOUD && (hz === undefined || shareOf(samples, hz) < PRESENT / 3);
  const to = await waitForWindow(phone, 'a voice', wanted, from, withinMs);
  listened.set(line, { to, hz: 0 });
}

/** Waits until the phone has heard so many milliseconds more: by the sound's own clock, however late anybody is. */
export async function waitForMoreSound(
  phone: SoundListener & { line: { heard: { length: number } } },
  ms: number,
): Promise<void> {
  const enough = placeOf(phone.line) + ms / PACKET_MS;
  await phone.until(`${ms} ms more of sound`, () => placeOf(phone.line) >= enough);
}

/** Waits until the phone no longer hears the tone, over a whole window. */
export async function waitForToneToEnd(phone: SoundListener, hz: number): Promise<void> {
  const gone = (samples: Int16Array): boolean => samples.length > 0 && shareOf(samples, hz) < PRESENT / 3;
  const to = await waitForWindow(phone, `the end of ${hz} Hz`, gone, placeOf(phone.line), undefined);
  listened.set(phone.line, { to });
}
