import type { ReportedEntry } from 'pstn-audio/record';
import type { RecordLimits } from './limits.ts';
import type { SipText } from './sip-text.ts';

/** Something that happened to a leg whose call is not known yet: its INVITE, for instance. */
export interface EarlyMessage {
  entry: ReportedEntry | SipText;
  /** Milliseconds since the epoch, and by the monotonic clock. */
  at: number;
  when: number;
}

/** Keeps them until their call is there; of legs that never become calls, no more than the limits let be. */
export class EarlyMessages {
  readonly #limits: Pick<RecordLimits, 'earlyLegs' | 'earlyMessages'>;
  /** By leg, the oldest first. */
  readonly #ofLeg = new Map<string, EarlyMessage[]>();

  constructor(limits: Pick<RecordLimits, 'earlyLegs' | 'earlyMessages'>) {
    this.#limits = limits;
  }

  keep(legId: string, message: EarlyMessage): void {
    const kept = this.#ofLeg.get(legId);
    if (kept) {
      if (kept.length < this.#limits.earlyMessages) kept.push(message);
      return;
    }
    this.#ofLeg.set(legId, [message]);
    if (this.#ofLeg.size <= this.#limits.earlyLegs) return;
    for (const oldest of this.#ofLeg.keys()) {
      this.#ofLeg.delete(oldest);
      return;
    }
  }

  /** In the order in which they came. */
  take(legId: string): EarlyMessage[] {
    const kept = this.#ofLeg.get(legId) ?? [];
    this.#ofLeg.delete(legId);
    return kept;
  }

  forget(legId: string): void {
    this.#ofLeg.delete(legId);
  }
}
