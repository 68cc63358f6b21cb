import type { ReportedEntry } from 'pstn-audio/record';
import type { RecordLimits } from './limits.ts';
import type { SipText } from './sip-text.ts';

/** An event of a leg whose call is not known yet, such as its INVITE. */
export interface EarlyMessage {
  entry: ReportedEntry | SipText;
  /** Milliseconds since the epoch; below, the time by the monotonic clock. */
  at: number;
  when: number;
}

/** Keeps early messages until their call is known. Legs that never become calls are kept only within the limits. */
export class EarlyMessages {
  readonly #limits: Pick<RecordLimits, 'earlyLegs' | 'earlyMessages'>;
  /** Messages by leg, oldest leg first. */
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

  /** Takes the messages of a leg in the order in which they came. */
  take(legId: string): EarlyMessage[] {
    const kept = this.#ofLeg.get(legId) ?? [];
    this.#ofLeg.delete(legId);
    return kept;
  }

  forget(legId: string): void {
    this.#ofLeg.delete(legId);
  }
}
