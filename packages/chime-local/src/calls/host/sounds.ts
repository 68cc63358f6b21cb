import type { ReportedEntry } from 'pstn-audio/record';
import type { Clock } from '#platform';

/** The part of the call record that notes what is played. */
export interface SoundWatch {
  add(transactionId: string, entry: ReportedEntry): void;
}

interface Sound {
  legId: string;
  playId: string;
  name: string;
  repeat: number;
  lengthMs: number | undefined;
}

/** Tracks what is being played to legs, so that the record shows when it began and how much of it was played. */
export class Sounds {
  readonly #clock: Clock;
  readonly #watch: SoundWatch | undefined;
  readonly #playing = new Map<string, Sound & { transactionId: string; since: number }>();

  constructor(clock: Clock, watch: SoundWatch | undefined) {
    this.#clock = clock;
    this.#watch = watch;
  }

  began(transactionId: string, sound: Sound): void {
    if (!this.#watch) return;
    const key = keyOf(sound.legId, sound.playId);
    this.#playing.set(key, { ...sound, transactionId, since: this.#clock.now() });
    const { lengthMs, ...rest } = sound;
    const length = lengthMs === undefined ? {} : { lengthMs };
    this.#watch.add(transactionId, { kind: 'Sound', phase: 'began', ...rest, ...length });
  }

  /** The played duration is computed from the clock; the media thread starts and stops within one tick of 20 ms. */
  ended(legId: string, playId: string, outcome: 'finished' | 'stopped'): void {
    const key = keyOf(legId, playId);
    const sound = this.#playing.get(key);
    if (!sound) return;
    this.#playing.delete(key);
    const whole = sound.lengthMs === undefined ? undefined : sound.lengthMs * sound.repeat;
    const passed = this.#clock.now() - sound.since;
    const playedMs = outcome === 'finished' ? (whole ?? passed) : Math.min(passed, whole ?? passed);
    this.#watch?.add(sound.transactionId, {
      kind: 'Sound',
      phase: 'ended',
      legId,
      playId,
      playedMs,
      outcome,
    });
  }

  legEnded(legId: string): void {
    for (const sound of this.#playing.values()) {
      if (sound.legId === legId) this.ended(legId, sound.playId, 'stopped');
    }
  }
}

const keyOf = (legId: string, playId: string): string => `${legId} ${playId}`;
