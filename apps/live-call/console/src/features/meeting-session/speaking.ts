import type { Clock } from 'page-ui/clock.ts';

/** Volume (0 to 1) above which an attendee counts as speaking: 39 dB below full scale, above a quiet line's noise. */
export const SPEAKING_FROM = 0.1;
/** Milliseconds of silence that still count as a pause between two words. */
export const PAUSE_MS = 600;

/** Decides who is speaking, from volumes that arrive several times a second. */
export class SpeakingWatch {
  readonly #clock: Clock;
  readonly #onChange: (attendeeId: string, speaking: boolean) => void;
  /** The attendees who are speaking; while a pause lasts, with the function that cancels its timer. */
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

  /** Ends speaking at once: the attendee was muted or has gone. */
  silent(attendeeId: string): void {
    if (!this.#speaking.has(attendeeId)) return;
    this.#speaking.get(attendeeId)?.();
    this.#speaking.delete(attendeeId);
    this.#onChange(attendeeId, false);
  }

  /** Stops watching everybody, without reporting it. */
  clear(): void {
    for (const pause of this.#speaking.values()) pause?.();
    this.#speaking.clear();
  }
}
