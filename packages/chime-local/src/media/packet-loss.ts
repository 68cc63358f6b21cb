/**
 * The shares of a leg's packets that are lost on purpose, percent from 0 to 100. At 100, its reports and
 * signs of life are lost as well.
 */
export interface LossShares {
  /** The share of packets from the leg's party. */
  received: number;
  /** The share of packets to the leg's party. */
  sent: number;
}

const ALL = 100;

/** Decides which packets of a leg are lost on purpose. */
export class PacketLoss {
  readonly #shares: LossShares;
  readonly #percent: () => number;

  /** @param percent a random integer from 0 to 99 */
  constructor(shares: LossShares, percent: () => number) {
    this.#shares = shares;
    this.#percent = percent;
  }

  /** Whether all packets from its party are lost. */
  get deaf(): boolean {
    return this.#shares.received >= ALL;
  }

  /** Whether all packets to its party are lost. */
  get mute(): boolean {
    return this.#shares.sent >= ALL;
  }

  /** Whether the packet that has arrived is lost. */
  losesReceived(): boolean {
    return this.#percent() < this.#shares.received;
  }

  /** Whether the packet that is about to be sent is lost. */
  losesSent(): boolean {
    return this.#percent() < this.#shares.sent;
  }
}
