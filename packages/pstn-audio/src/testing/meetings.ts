import type { JoinMeeting, SetAttendeesMuted } from '../engine/outputs.ts';

/** The meetings that an application's handler asks for: which token lets whom in, and who is deleted. */
export interface TestMeetings {
  /** Whom the token lets in; undefined: it lets nobody in, and JoinChimeMeeting fails as on AWS. */
  redeem(
    joinToken: string,
    meetingId: string | undefined,
  ): { meetingId: string; attendeeId: string } | undefined;
  /** Is there such an attendee? Muting somebody who is not there fails as on AWS. Default: yes. */
  has?(meetingId: string, attendeeId: string): boolean;
  /** Tells of each attendee that is deleted, with its meeting or alone: its leg leaves the meeting. */
  observe?(removed: (meetingId: string, attendeeId: string) => void): void;
}

/** A call's place in a meeting. */
export interface TestAttendee {
  readonly meetingId: string;
  readonly attendeeId: string;
  /** False once the call has left the meeting. */
  readonly joined: boolean;
  readonly muted: boolean;
}

interface Seat {
  meetingId: string;
  attendeeId: string;
  /** LEG-A's and the meeting leg's. */
  joinedFrom: string;
  legId: string;
  joined: boolean;
  muted: boolean;
  left(): void;
}

/** Lets everybody in: for handlers that make no meetings of their own. */
const OPEN_TO_ALL: TestMeetings = {
  redeem: (joinToken, meetingId = 'meeting') => ({ meetingId, attendeeId: `attendee-of-${joinToken}` }),
};

/** Who is in which meeting, of all calls of an application. */
export class Seats {
  readonly #meetings: TestMeetings;
  readonly #seats: Seat[] = [];

  constructor(meetings: TestMeetings = OPEN_TO_ALL) {
    this.#meetings = meetings;
    meetings.observe?.((meetingId, attendeeId) => {
      for (const seat of this.#taken(meetingId, attendeeId)) this.#leave(seat);
    });
  }

  /** The place that the token gives, under this leg's id; `left` is called when it is lost. */
  join({ legId: joinedFrom, joinToken, meetingId }: JoinMeeting, legId: string, left: () => void) {
    const place = this.#meetings.redeem(joinToken, meetingId);
    if (!place) return undefined;
    // An attendee is in its meeting once: who comes later takes the place of who was there.
    for (const seat of this.#taken(place.meetingId, place.attendeeId)) this.#leave(seat);
    this.#seats.push({ ...place, joinedFrom, legId, joined: true, muted: false, left });
    return place;
  }

  /** The leg has left. False: it was in no meeting any more. */
  leave(legId: string): boolean {
    const seat = this.#seats.find((other) => other.legId === legId && other.joined);
    if (seat) seat.joined = false;
    return seat !== undefined;
  }

  /** LEG-A has ended: the other end of its meeting leg stays until the engine takes it out. */
  attendeeOf(joinedFrom: string | undefined): TestAttendee | undefined {
    const seat = this.#seats.findLast((other) => other.joinedFrom === joinedFrom);
    return seat && { ...publicPart(seat) };
  }

  /** Who is in meetings now. */
  present(): TestAttendee[] {
    return this.#seats.filter(({ joined }) => joined).map(publicPart);
  }

  /** False: not all of them are attendees of the meeting. */
  setMuted({ meetingId, attendeeIds, muted }: SetAttendeesMuted): boolean {
    const { has } = this.#meetings;
    if (has && !attendeeIds.every((attendeeId) => has.call(this.#meetings, meetingId, attendeeId)))
      return false;
    for (const attendeeId of attendeeIds) {
      for (const seat of this.#taken(meetingId, attendeeId)) seat.muted = muted;
    }
    return true;
  }

  #taken(meetingId: string, attendeeId: string): Seat[] {
    return this.#seats.filter(
      (seat) => seat.joined && seat.meetingId === meetingId && seat.attendeeId === attendeeId,
    );
  }

  #leave(seat: Seat): void {
    seat.joined = false;
    seat.left();
  }
}

function publicPart({ meetingId, attendeeId, joined, muted }: Seat): TestAttendee {
  return { meetingId, attendeeId, joined, muted };
}
