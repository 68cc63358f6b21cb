import { addInto } from '#audio';
import { Attendee, type FrameForm } from './attendee.ts';
import { Mix } from './mix.ts';

/**
 * A meeting as a value: who is in it, who is muted, and what each one hears of the others. The host hands in a
 * frame of each voice, calls `mix`, and takes what each attendee hears. No clock, no sockets.
 *
 * The sum of all voices is made once. Who adds to it hears the sum without the own voice; all who add nothing
 * (silent or muted) hear the same `Mix` and share its encoded frame.
 */
export class Meeting {
  readonly meetingId: string;
  readonly #form: FrameForm;
  readonly #attendees = new Map<string, Attendee>();
  readonly #sum: Int32Array;
  readonly #shared: Mix;
  /** Ends of the voices that were cut off by leaving. */
  #tails: Int16Array[] = [];
  #frames = 0;

  constructor(meetingId: string, form: FrameForm) {
    this.meetingId = meetingId;
    this.#form = form;
    this.#sum = new Int32Array(form.frameSamples);
    this.#shared = new Mix(form.frameSamples);
  }

  get size(): number {
    return this.#attendees.size;
  }

  /** Frames mixed so far. */
  get frames(): number {
    return this.#frames;
  }

  /** In order of joining. */
  attendees(): IterableIterator<Attendee> {
    return this.#attendees.values();
  }

  attendee(attendeeId: string): Attendee | undefined {
    return this.#attendees.get(attendeeId);
  }

  /** Adds an attendee. One of that id is replaced; when that one was muted, the new one is. */
  join(attendeeId: string, muted: boolean): Attendee {
    const before = this.#attendees.get(attendeeId);
    if (before) this.leave(before);
    const attendee = new Attendee(attendeeId, muted || before?.muted === true, this.#form, this.#shared);
    this.#attendees.set(attendeeId, attendee);
    return attendee;
  }

  /** Removes an attendee, whose voice fades. One that was replaced, or has left, does no harm. */
  leave(attendee: Attendee): void {
    if (this.#attendees.get(attendee.attendeeId) !== attendee) return;
    this.#attendees.delete(attendee.attendeeId);
    if (attendee.contributes) this.#tails.push(attendee.tail());
    attendee.contributes = false;
  }

  /** Mutes or unmutes from the next frame on. False when there is no such attendee. */
  setMuted(attendeeId: string, muted: boolean): boolean {
    const attendee = this.#attendees.get(attendeeId);
    if (!attendee) return false;
    attendee.muted = muted;
    return true;
  }

  /** Mixes a frame: from the attendees' `voice` to their `heard`. */
  mix(): void {
    const sum = this.#sum.fill(0);
    let sounds = this.#tails.length;
    for (const tail of this.#tails) addInto(sum, tail);
    if (this.#tails.length > 0) this.#tails = [];
    for (const attendee of this.#attendees.values()) {
      attendee.prepare();
      if (!attendee.contributes) continue;
      addInto(sum, attendee.contribution);
      sounds++;
    }
    this.#shared.renewed(sounds === 0, sum, undefined);
    for (const attendee of this.#attendees.values()) {
      if (!attendee.contributes) {
        attendee.heard = this.#shared;
        continue;
      }
      const own = attendee.own;
      own.renewed(sounds === 1, sum, attendee.contribution);
      attendee.heard = own;
    }
    this.#frames++;
  }

  /** The ids of those who speak now, in order of joining. */
  speakers(): string[] {
    const ids: string[] = [];
    for (const attendee of this.#attendees.values()) if (attendee.speaking) ids.push(attendee.attendeeId);
    return ids;
  }
}
