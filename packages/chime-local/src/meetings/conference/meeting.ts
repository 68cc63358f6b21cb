import { Attendee, type Seating } from './attendee.ts';
import { type Band, type BandConverter, FRAME_MS, SHORT_FRAME_MS } from './band.ts';
import { BandSum, Crossing } from './band-sum.ts';
import type { Mix } from './mix.ts';
import { Unheard } from './unheard.ts';

/** Two gains that differ by less than this count as equal: 0.04 dB. */
const UNNOTICED = 0.005;

/** What a meeting needs. */
export interface MeetingParts {
  /** Called when an attendee of one band is the first to hear one of the other. */
  createConverter(from: Band, to: Band): BandConverter;
}

/** One attendee's level; see `Meeting.levels`. */
export interface Level {
  attendeeId: string;
  /** Whole decibels below full scale: 0 is the loudest. */
  volume: number;
}

/**
 * A meeting as a value: who is in it, who is muted or deaf, and what each attendee hears of the others. The
 * host hands in a frame of each voice, calls `mix`, and takes what each attendee hears. It has no clock and
 * no sockets.
 *
 * The sum of all voices is made once for each band. While both bands have attendees, each band's voices are
 * also converted into the other band, all together. An attendee who contributes to the sum hears it without
 * its own voice, exactly, since no attendee's own voice ever went through a converter; all who contribute
 * nothing (silent or muted) hear the same `Mix` of their band and share its encoded frame.
 */
export class Meeting {
  readonly meetingId: string;
  readonly #parts: MeetingParts;
  readonly #attendees = new Map<string, Attendee>();
  readonly #sums: Partial<Record<Band, BandSum>> = {};
  /** The crossings in both directions, once there have been attendees of both bands. */
  #crossings: Crossing[] = [];
  /** Attendees that somebody does not hear, by the id of that listener. */
  readonly #unheard = new Map<string, Unheard>();
  #frames = 0;
  #frameMs = FRAME_MS;

  constructor(meetingId: string, parts: MeetingParts) {
    this.meetingId = meetingId;
    this.#parts = parts;
  }

  get size(): number {
    return this.#attendees.size;
  }

  /** The number of frames mixed so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Length of the next frame, ms. */
  get frameMs(): number {
    return this.#frameMs;
  }

  /**
   * Makes frames `SHORT_FRAME_MS` long from the next one on, for as long as the meeting lasts. To be called
   * between two frames; the sound continues without a seam.
   */
  shortenFrames(): void {
    if (this.#frameMs === SHORT_FRAME_MS) return;
    this.#frameMs = SHORT_FRAME_MS;
    const { narrow, full } = this.#sums;
    narrow?.shortenFrames(SHORT_FRAME_MS);
    full?.shortenFrames(SHORT_FRAME_MS);
    for (const attendee of this.#attendees.values()) attendee.shortenFrames(SHORT_FRAME_MS);
    for (const crossing of this.#crossings) crossing.close();
    this.#cross();
  }

  /** The attendees in order of joining. */
  attendees(): IterableIterator<Attendee> {
    return this.#attendees.values();
  }

  attendee(attendeeId: string): Attendee | undefined {
    return this.#attendees.get(attendeeId);
  }

  /**
   * Adds an attendee. An attendee with the same id is replaced, and the new one is muted or deaf if that one
   * was.
   */
  join(attendeeId: string, seating: Seating): Attendee {
    const before = this.#attendees.get(attendeeId);
    const sum = this.#sum(seating.band);
    // Counted before the other one leaves, so that no converter rests in between.
    sum.hearers++;
    if (before) this.leave(before);
    const muted = seating.muted || before?.muted === true;
    const deaf = seating.deaf || before?.deaf === true;
    const attendee = new Attendee(attendeeId, { ...seating, muted, deaf }, sum.shared, this.#frameMs);
    this.#attendees.set(attendeeId, attendee);
    if (seating.unheardBy !== undefined) this.#unheard.set(seating.unheardBy, new Unheard(attendee));
    return attendee;
  }

  /** Removes an attendee, whose voice fades. Does nothing if it was replaced or has left. */
  leave(attendee: Attendee): void {
    if (this.#attendees.get(attendee.attendeeId) !== attendee) return;
    this.#attendees.delete(attendee.attendeeId);
    const { unheardBy } = attendee;
    if (unheardBy !== undefined && this.#unheard.get(unheardBy)?.attendee === attendee)
      this.#unheard.delete(unheardBy);
    const sum = this.#sum(attendee.band);
    if (attendee.contributes) sum.addLater(attendee.tail());
    attendee.contributes = false;
    attendee.close();
    sum.lose();
    for (const crossing of this.#crossings) crossing.rest();
  }

  /** Mutes or unmutes an attendee from the next frame on. @returns false if there is no such attendee. */
  setMuted(attendeeId: string, muted: boolean): boolean {
    const attendee = this.#attendees.get(attendeeId);
    if (!attendee) return false;
    attendee.muted = muted;
    return true;
  }

  /**
   * Lets an attendee hear silence, or the others again, from the next frame on.
   * @returns false if there is no such attendee.
   */
  setDeaf(attendeeId: string, deaf: boolean): boolean {
    const attendee = this.#attendees.get(attendeeId);
    if (!attendee) return false;
    attendee.deaf = deaf;
    return true;
  }

  /** Mixes a frame: from the attendees' `voice` to their `heard`. */
  mix(): void {
    const { narrow, full } = this.#sums;
    narrow?.begin();
    full?.begin();
    for (const attendee of this.#attendees.values()) {
      attendee.prepare();
      if (attendee.contributes) this.#sum(attendee.band).add(attendee.contribution);
    }
    for (const crossing of this.#crossings) crossing.convert();
    for (const crossing of this.#crossings) crossing.add();
    const frame = ++this.#frames;
    if (narrow) narrow.shared.renewed(frame, narrow.sounds === 0, narrow.total, undefined, narrow.prior);
    if (full) full.shared.renewed(frame, full.sounds === 0, full.total, undefined, full.prior);
    for (const attendee of this.#attendees.values()) {
      attendee.heard = this.#heardBy(attendee, this.#sum(attendee.band));
    }
  }

  /** The ids of the attendees who speak now, in order of joining. */
  speakers(): string[] {
    const ids: string[] = [];
    for (const attendee of this.#attendees.values()) if (attendee.speaking) ids.push(attendee.attendeeId);
    return ids;
  }

  /**
   * Each attendee's level, averaged over the frames since the last call; muted and silent attendees are
   * omitted.
   */
  levels(): Level[] {
    const levels: Level[] = [];
    for (const attendee of this.#attendees.values()) {
      const volume = attendee.takeLevel();
      if (volume !== undefined) levels.push({ attendeeId: attendee.attendeeId, volume });
    }
    return levels;
  }

  #heardBy(attendee: Attendee, sum: BandSum): Mix {
    const edge = attendee.edge();
    if (attendee.deaf && !edge) return sum.silence(this.#frames);
    const { contributes } = attendee;
    const unheard = this.#unheard.size > 0 ? this.#unheard.get(attendee.attendeeId) : undefined;
    const rest = unheard?.without(sum.total, attendee);
    if (!contributes && !edge && !rest && !this.#isApart(attendee, sum.shared)) return sum.shared;
    const without = contributes ? attendee.contribution : undefined;
    const prior = edge === 'rise' ? undefined : sum.prior;
    const { own } = attendee;
    const unheardSounds = (contributes ? 1 : 0) + (rest ? 1 : 0);
    const silent = sum.sounds === unheardSounds;
    own.follow(sum.shared, this.#frames);
    own.renewed(this.#frames, silent, rest ?? sum.total, without, prior, edge);
    return own;
  }

  /**
   * Whether an attendee who has just fallen silent hears a mix that is not as loud as the shared one: the sum
   * that was turned down did not contain its voice. It keeps its own mix until both are equally loud, or else
   * it would hear a step in level.
   */
  #isApart(attendee: Attendee, shared: Mix): boolean {
    const { heard } = attendee;
    const frame = this.#frames;
    if (heard === shared || heard.frame !== frame - 1) return false;
    return Math.abs(heard.gainBefore(frame) - shared.gainBefore(frame)) > UNNOTICED;
  }

  #sum(band: Band): BandSum {
    const known = this.#sums[band];
    if (known) return known;
    const made = new BandSum(band, this.#frameMs);
    this.#sums[band] = made;
    this.#cross();
    return made;
  }

  #cross(): void {
    const { narrow, full } = this.#sums;
    if (!narrow || !full) return;
    const ways = [
      [narrow, full],
      [full, narrow],
    ] as const;
    this.#crossings = ways.map(
      ([from, to]) => new Crossing(from, to, this.#frameMs, this.#parts.createConverter),
    );
  }
}
