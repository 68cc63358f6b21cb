import type { Clock } from '#platform';

/** The faults of the network. Probabilities are from 0 to 1, times in ms. */
export interface NetworkWeather {
  /** With the same seed, the same packets have the same fate. */
  seed: number;
  loss?: number;
  duplication?: number;
  /** Each packet has its own delay between these two, so packets may overtake one another. */
  minDelayMs?: number;
  maxDelayMs?: number;
}

export interface NetworkCounts {
  sent: number;
  lost: number;
  duplicated: number;
  delivered: number;
  /** Packets sent to an address at which nobody listens. */
  unreachable: number;
}

/** Pseudo-random numbers from 0 to 1, determined by the seed (mulberry32). */
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
 * A datagram network between named addresses that loses, repeats, delays and reorders packets by a seed and a
 * clock. The delivered object is the one that was sent, so copy a packet before sending it if you change it
 * later.
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

  /** Listens at an address. @returns a function that stops this */
  attach(address: string, receive: (packet: Packet, from: string) => void): () => void {
    if (this.#listeners.has(address)) throw new Error(`${address} is taken in this pretend network`);
    this.#listeners.set(address, receive);
    return () => this.#listeners.delete(address);
  }

  /** Cuts the network, so that every packet is lost, or mends it. */
  cut(isCut: boolean): void {
    this.#cut = isCut;
  }

  send(from: string, to: string, packet: Packet): void {
    this.counts.sent++;
    const { loss, duplication } = this.#weather;
    // All random numbers are drawn for every packet, so that one packet's fate does not affect the next
    // one's.
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
