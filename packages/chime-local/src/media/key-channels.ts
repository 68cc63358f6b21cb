/**
 * Recognizes one key press that arrives in several ways: as RTP events, by signalling (SIP INFO), or as tones
 * in the sound. A telephone that sends a key twice sends every key twice, so the ways are compared: each
 * press that arrives one way is matched with at most one press of each other way, the earliest of the same
 * key. Two presses that arrive the same way are two presses.
 */

export type KeyChannel = 'events' | 'signalling' | 'tones';

/**
 * How far apart two reports of one press may be, ms: INFO may come when the key is released, and over UDP a
 * second or two later if it has to be retransmitted (RFC 3261 section 17.1.2.2).
 */
const SAME_PRESS_MS = 3_000;
/** The most presses that are remembered; nobody presses more in that time. */
const MAX_REMEMBERED = 64;

interface Press {
  readonly key: string;
  readonly by: KeyChannel[];
  lastMs: number;
}

/** The key presses of one leg. */
export class KeyChannels {
  #presses: Press[] = [];
  /** The first two ways in which the same press arrived, if that has happened. */
  twice: readonly [KeyChannel, KeyChannel] | undefined;

  /**
   * Takes a press that arrived in that way.
   * @returns whether it is a new one, not one that already arrived in another way.
   */
  take(channel: KeyChannel, key: string, nowMs: number): boolean {
    this.#presses = this.#presses.filter(({ lastMs }) => nowMs - lastMs <= SAME_PRESS_MS);
    const told = this.#presses.find((press) => press.key === key && !press.by.includes(channel));
    if (told) {
      this.twice ??= [told.by[0] ?? channel, channel];
      told.by.push(channel);
      return false;
    }
    if (this.#presses.length >= MAX_REMEMBERED) this.#presses.shift();
    this.#presses.push({ key, by: [channel], lastMs: nowMs });
    return true;
  }

  /** Notes that the last key that arrived in that way was still pressed at `atMs`. */
  hold(channel: KeyChannel, atMs: number): void {
    for (let i = this.#presses.length - 1; i >= 0; i--) {
      const press = this.#presses[i]!;
      if (!press.by.includes(channel)) continue;
      press.lastMs = Math.max(press.lastMs, atMs);
      return;
    }
  }
}
