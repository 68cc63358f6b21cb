/** A listener: the scripted telephone, or a real one whose recording is read. */
export interface SoundListener {
  readonly line: {
    /** The newest sound, at most that many milliseconds of it, 8 kHz. */
    lastHeard(ms: number): Int16Array;
    /** The number of packets so far, and the sound before a packet, for lines that keep what they heard. */
    readonly heard?: { readonly length: number };
    heardUpTo?(packet: number, ms: number): Int16Array;
  };
  /** Checks repeatedly; rejects with `what` if the condition did not hold in time. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
}

/** Samples per second. */
const RATE = 8000;
/** Milliseconds of sound that are analysed at a time. */
const WINDOW_MS = 100;
/** Share of the window's power above which a tone is present. */
const PRESENT = 0.15;
/** Mean square below which a window is silent. */
const SILENCE = 100;
/** Mean square above which somebody speaks in a window. */
const LOUD = 100_000;

function power(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(1, samples.length);
}

/** The power of one frequency (Goertzel), in the unit of `power`. */
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

/** The tone's share of what the phone hears now: 0 to 1; 0 in silence. */
export function toneShare(phone: SoundListener, hz: number): number {
  return shareOf(phone.line.lastHeard(WINDOW_MS), hz);
}

/** Milliseconds of a packet, and packets in a window. */
const PACKET_MS = 20;
const WINDOW_PACKETS = WINDOW_MS / PACKET_MS;

/**
 * The packet up to which a line was searched, and the tone found there; no tone after a wait for a tone's
 * end.
 */
const listened = new WeakMap<SoundListener['line'], { to: number; hz?: number }>();

/** The line's current position; a wait that begins here ignores what was heard before. */
const placeOf = ({ heard }: SoundListener['line']): number => heard?.length ?? 0;

/**
 * Waits for a window of sound that satisfies `wanted`, among all windows that ended after the packet `from`.
 * If this process is delayed, what was heard meanwhile is searched afterwards, so that no tone is too short
 * to be noticed.
 * @returns the packet with which the window ended
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

/** True if the phone receives sound packets that contain silence. */
export function hearsSilence(phone: SoundListener): boolean {
  const samples = phone.line.lastHeard(WINDOW_MS);
  return samples.length > 0 && power(samples) < SILENCE;
}

/** Where a wait begins to listen, and how long it may take. */
export interface ListeningOptions {
  /** Whether to ignore what was heard before the wait began. */
  fromNow?: boolean;
  withinMs?: number;
}

/**
 * Waits until the phone hears the tone. Consecutive sounds are searched in their order, however late this
 * process checks: the first wait of a call listens from the call's beginning, and a wait for a different tone
 * than the previous one from where that one ended. A second wait for the same tone begins with what is heard
 * now, as does any wait after `waitForToneToEnd`. For a tone that is caused by an action of the test and may
 * soon be over, see `causeTone`.
 * @returns the milliseconds of sound that the phone had heard until then; by this clock, two tones can be
 * compared
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

/** Waits for consecutive tones in this order. */
export async function waitForTones(phone: SoundListener, tones: readonly number[]): Promise<void> {
  for (const hz of tones) await waitForTone(phone, hz);
}

/**
 * Performs an action that causes a tone, and waits for the tone. It listens from before the action, because
 * the tone may be over by the time a busy process has noticed that the action is complete. Resolves with the
 * action's result.
 */
export async function causeTone<T>(phone: SoundListener, hz: number, cause: () => Promise<T>): Promise<T> {
  const [, result] = await Promise.all([waitForTone(phone, hz, { fromNow: true }), cause()]);
  return result;
}

/** Presses keys and waits for the resulting tone. @returns when, as with `waitForTone` */
export async function pressForTone(
  phone: SoundListener & { press(keys: string): Promise<void> },
  keys: string,
  hz: number,
): Promise<number> {
  const [at] = await Promise.all([waitForTone(phone, hz, { fromNow: true }), phone.press(keys)]);
  return at;
}

/**
 * Waits until the phone hears loud sound without the tone of the previous wait, which means that somebody
 * speaks.
 */
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

/**
 * Waits until the phone has heard this many more milliseconds, by the sound's own clock, however late any
 * process is.
 */
export async function waitForMoreSound(
  phone: SoundListener & { line: { heard: { length: number } } },
  ms: number,
): Promise<void> {
  const enough = placeOf(phone.line) + ms / PACKET_MS;
  await phone.until(`${ms} ms more of sound`, () => placeOf(phone.line) >= enough);
}

/** Waits until the phone has not heard the tone for a whole window. */
export async function waitForToneToEnd(phone: SoundListener, hz: number): Promise<void> {
  const gone = (samples: Int16Array): boolean => samples.length > 0 && shareOf(samples, hz) < PRESENT / 3;
  const to = await waitForWindow(phone, `the end of ${hz} Hz`, gone, placeOf(phone.line), undefined);
  listened.set(phone.line, { to });
}
