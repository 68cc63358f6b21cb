/** Which share of a leg's packets is lost on purpose, percent from 0 to 100. At 100 its reports and signs of life are lost as well. */
export interface LossShares {
  /** Of what its party sends. */
  received: number;
  /** Of what is sent to its party. */
  sent: number;
}

const ALL = 100;

/** A line on which packets are lost on purpose. */
export class PacketLoss {
  readonly #shares: LossShares;
  readonly #percent: () => number;

  /** @param percent a random integer from 0 to 99 */
  constructor(shares: LossShares, percent: () => number) {
    this.#shares = shares;
    this.#percent = percent;
  }

  /** Whether nothing of its party comes through. */
  get deaf(): boolean {
    return this.#shares.received >= ALL;
  }

  /** Whether nothing reaches its party. */
  get mute(): boolean {
    return this.#shares.sent >= ALL;
  }

  /** Whether the packet that has come is lost. */
  losesReceived(): boolean {
    return this.#percent() < this.#shares.received;
  }

  /** Whether the packet that is to be sent is lost. */
  losesSent(): boolean {
    return this.#percent() < this.#shares.sent;
  }
}
