/**
 * One press, however many ways it comes: as RTP events, by signalling (SIP INFO), or as tones in the sound. Telephones
 * that send a key twice send every key twice, so the ways are laid side by side: each press of one way is matched with
 * at most one of each other way, the earliest of the same key. Two presses that come the same way are two.
 */

export type KeyChannel = 'events' | 'signalling' | 'tones';

/**
 * How far apart the two tellings of one press may be, ms: INFO may come when the key is let go, and by UDP a second or two
 * later if it has to be sent again (RFC 3261 section 17.1.2.2).
 */
const SAME_PRESS_MS = 3_000;
/** Presses that are remembered; nobody presses more in that time. */
const MAX_REMEMBERED = 64;

interface Press {
  readonly key: string;
  readonly by: KeyChannel[];
  lastMs: number;
}

/** The presses of one leg. */
export class KeyChannels {
  #presses: Press[] = [];
  /** The first two ways by which one press came, if any did. */
  twice: readonly [KeyChannel, KeyChannel] | undefined;

  /** A press came by that way. Whether it is a new one, and not one that came by another way already. */
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

  /** The key that came last by that way was still being pressed then. */
  hold(channel: KeyChannel, atMs: number): void {
    for (let i = this.#presses.length - 1; i >= 0; i--) {
      const press = this.#presses[i]!;
      if (!press.by.includes(channel)) continue;
      press.lastMs = Math.max(press.lastMs, atMs);
      return;
    }
  }
}
