import type { Attendee } from './attendee.ts';

/** An attendee whose sound one other does not hear, and the sum that this one hears instead. */
export class Unheard {
  readonly attendee: Attendee;
  #total = new Int32Array(0);

  constructor(attendee: Attendee) {
    this.attendee = attendee;
  }

  /** The band's sum without its sound, until the next frame; undefined when it adds nothing to that listener's band. */
  without(total: Int32Array, listener: Attendee): Int32Array | undefined {
    const { attendee } = this;
    if (!attendee.contributes || attendee.band !== listener.band) return undefined;
    const { contribution } = attendee;
    if (this.#total.length !== total.length) this.#total = new Int32Array(total.length);
    for (let i = 0; i < total.length; i++) this.#total[i] = total[i]! - contribution[i]!;
    return this.#total;
  }
}
