/** Plays the sound of the other end. */
export class Speaker {
  readonly #element = new Audio();

  play(track: MediaStreamTrack): void {
    this.#element.srcObject = new MediaStream([track]);
    // `play` is refused only before the first interaction with the page, and a call begins with a click or a
    // key.
    void this.#element.play().catch(() => {});
  }

  stop(): void {
    this.#element.pause();
    this.#element.srcObject = null;
  }

  /** Sets the volume, from 0 to 1. */
  setVolume(volume: number): void {
    this.#element.volume = volume;
  }

  /**
   * Selects the speaker; empty for the system's choice, also used if the device is missing. Does nothing in
   * browsers without it.
   */
  async choose(deviceId: string): Promise<void> {
    if (!('setSinkId' in this.#element)) return;
    await this.#element.setSinkId(deviceId).catch(() => this.#element.setSinkId('').catch(() => {}));
  }
}
