/** Plays what the other end sends. */
export class Speaker {
  readonly #element = new Audio();

  play(track: MediaStreamTrack): void {
    this.#element.srcObject = new MediaStream([track]);
    // Refused only where the person has done nothing on the page yet, and a call begins with a click or a key.
    void this.#element.play().catch(() => {});
  }

  stop(): void {
    this.#element.pause();
    this.#element.srcObject = null;
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    this.#element.volume = volume;
  }

  /** Empty: the system's choice. A device that is gone, or a browser that cannot choose, leaves it as it is. */
  async choose(deviceId: string): Promise<void> {
    if (!('setSinkId' in this.#element)) return;
    await this.#element.setSinkId(deviceId).catch(() => this.#element.setSinkId('').catch(() => {}));
  }
}
