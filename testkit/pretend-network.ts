import type { Clock } from '#platform';

/** How bad the network is. Probabilities from 0 to 1, times in ms. */
export interface NetworkWeather {
  /** The same seed gives the same fate to the same packets. */
  seed: number;
  loss?: number;
  duplication?: number;
  /** Each packet takes a time between these two of its own, so packets overtake one another. */
  minDelayMs?: number;
  maxDelayMs?: number;
}

export interface NetworkCounts {
  sent: number;
  lost: number;
  duplicated: number;
  delivered: number;
  /** Sent to an address where nobody listens. */
  unreachable: number;
}

/** Numbers from 0 to 1 that look random and follow from the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A network of datagrams between named addresses that loses, repeats, delays and reorders by a seed and a
 * clock. What is delivered is what was sent; copy packets that the sender will change.
 */
export class PretendNetwork<Packet = Buffer> {
  readonly counts: NetworkCounts = { sent: 0, lost: 0, duplicated: 0, delivered: 0, unreachable: 0 };
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #weather: Required<NetworkWeather>;
  readonly #listeners = new Map<string, (packet: Packet, from: string) => void>();
  #cut = false;

  constructor(clock: Clock, weather: NetworkWeather) {
    this.#clock = clock;
    this.#random = seededRandom(weather.seed);
    this.#weather = { loss: 0, duplication: 0, minDelayMs: 0, maxDelayMs: 0, ...weather };
  }

  /** Listens at an address; the result stops it. */
  attach(address: string, receive: (packet: Packet, from: string) => void): () => void {
    if (this.#listeners.has(address)) throw new Error(`${address} is taken in this pretend network`);
    this.#listeners.set(address, receive);
    return () => this.#listeners.delete(address);
  }

  /** From now on everything is lost (true) or goes on as before (false). */
  cut(isCut: boolean): void {
    this.#cut = isCut;
  }

  send(from: string, to: string, packet: Packet): void {
    this.counts.sent++;
    const { loss, duplication } = this.#weather;
    // All draws are made for every packet, so that one packet's fate does not change the next one's dice.
    const [lost, doubled, first, second] = [this.#random(), this.#random(), this.#random(), this.#random()];
    if (this.#cut || lost < loss) {
      this.counts.lost++;
      return;
    }
    this.#deliver(from, to, packet, first);
    if (doubled < duplication) {
      this.counts.duplicated++;
      this.#deliver(from, to, packet, second);
    }
  }

  #deliver(from: string, to: string, packet: Packet, dice: number): void {
    const { minDelayMs, maxDelayMs } = this.#weather;
    this.#clock.after(minDelayMs + dice * Math.max(0, maxDelayMs - minDelayMs), () => {
      const receive = this.#listeners.get(to);
      if (!receive) {
        this.counts.unreachable++;
        return;
      }
      this.counts.delivered++;
      receive(packet, from);
    });
  }
}
