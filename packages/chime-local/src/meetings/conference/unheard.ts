import type { Attendee } from './attendee.ts';

/** An attendee whom one other attendee does not hear, and the sum that the other one hears instead. */
export class Unheard {
  readonly attendee: Attendee;
  #total = new Int32Array(0);

  constructor(attendee: Attendee) {
    this.attendee = attendee;
  }

  /**
   * The band's sum without this attendee's sound, valid until the next frame; undefined if the sum of the
   * listener's band does not contain it.
   */
  without(total: Int32Array, listener: Attendee): Int32Array | undefined {
    const { attendee } = this;
    if (!attendee.contributes || attendee.band !== listener.band) return undefined;
    const { contribution } = attendee;
    if (this.#total.length !== total.length) this.#total = new Int32Array(total.length);
    for (let i = 0; i < total.length; i++) this.#total[i] = total[i]! - contribution[i]!;
    return this.#total;
  }
}
