import type { Attendee } from './attendee.ts';
import { FORMS } from './band.ts';

/** An attendee whose sound one other does not hear, and the sum that this one hears instead. */
export class Unheard {
  readonly attendee: Attendee;
  readonly #total: Int32Array;

  constructor(attendee: Attendee) {
    this.attendee = attendee;
    this.#total = new Int32Array(FORMS[attendee.band].frameSamples);
  }

  /** The band's sum without its sound, until the next frame; undefined when it adds nothing to that listener's band. */
  without(total: Int32Array, listener: Attendee): Int32Array | undefined {
    const { attendee } = this;
    if (!attendee.contributes || attendee.band !== listener.band) return undefined;
    const { contribution } = attendee;
    for (let i = 0; i < total.length; i++) this.#total[i] = total[i]! - contribution[i]!;
    return this.#total;
  }
}
