import type { Clock } from 'page-ui/clock.ts';

/** Volume (0 to 1) from which somebody counts as speaking: 39 dB below full scale, above a quiet line's noise. */
export const SPEAKING_FROM = 0.1;
/** Milliseconds for which a pause between two words is no silence. */
export const PAUSE_MS = 600;

/** Who is speaking, from volumes that come several times a second. */
export class SpeakingWatch {
  readonly #clock: Clock;
  readonly #onChange: (attendeeId: string, speaking: boolean) => void;
  /** Who speaks; the cancellation is set while a pause lasts. */
  readonly #speaking = new Map<string, (() => void) | undefined>();

  constructor(clock: Clock, onChange: (attendeeId: string, speaking: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  volume(attendeeId: string, volume: number): void {
    const speaks = this.#speaking.has(attendeeId);
    const pause = this.#speaking.get(attendeeId);
    if (volume >= SPEAKING_FROM) {
      pause?.();
      this.#speaking.set(attendeeId, undefined);
      if (!speaks) this.#onChange(attendeeId, true);
    } else if (speaks && !pause) {
      this.#speaking.set(
        attendeeId,
        this.#clock.after(PAUSE_MS, () => this.silent(attendeeId)),
      );
    }
  }

  /** At once: muted, or gone. */
  silent(attendeeId: string): void {
    if (!this.#speaking.has(attendeeId)) return;
    this.#speaking.get(attendeeId)?.();
    this.#speaking.delete(attendeeId);
    this.#onChange(attendeeId, false);
  }

  /** Nobody is listened to any more; nothing is told. */
  clear(): void {
    for (const pause of this.#speaking.values()) pause?.();
    this.#speaking.clear();
  }
}
