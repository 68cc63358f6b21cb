/** Plays loaded samples to one leg, from the beginning and as many times as asked. */

export interface Playback {
  playId: string;
  samples: Int16Array;
  /** How often the samples are played in total; at least once. */
  repeat: number;
}

export class Player {
  #request: Playback | undefined;
  #at = 0;
  #left = 0;
  #starts = 0;

  /** The `playId` of the request that is playing, if any. */
  get playId(): string | undefined {
    return this.#request?.playId;
  }

  /** A number that differs for each request that plays; 0 while none does. */
  get serial(): number {
    return this.#request ? this.#starts : 0;
  }

  /** Plays this request from its beginning and replaces the current one. */
  start(request: Playback): void {
    this.#request = request;
    this.#starts++;
    this.#at = 0;
    this.#left = request.repeat;
  }

  stop(): void {
    this.#request = undefined;
  }

  /** Whether nothing is left of the request. It stays current until `stop` is called. */
  get exhausted(): boolean {
    const request = this.#request;
    return request !== undefined && (request.samples.length === 0 || this.#left <= 0);
  }

  /** Skips the next samples. */
  pass(count: number): void {
    if (this.#request) this.read(new Int16Array(count));
  }

  /**
   * Puts the next samples at the start of `out`.
   * @returns how many there were: fewer than fit only at the end.
   */
  read(out: Int16Array): number {
    const samples = this.#request?.samples;
    if (!samples) return 0;
    let filled = 0;
    while (filled < out.length && !this.exhausted) {
      const count = Math.min(out.length - filled, samples.length - this.#at);
      for (let i = 0; i < count; i++) out[filled + i] = samples[this.#at + i]!;
      filled += count;
      this.#at += count;
      if (this.#at < samples.length) continue;
      this.#at = 0;
      this.#left--;
    }
    return filled;
  }
}
