import type { JoinMeeting, SetAttendeesMuted } from '../engine/outputs.ts';

/** The meetings that an application's handler uses: which token admits whom, and which attendees are deleted. */
export interface TestMeetings {
  /** The attendee that the token admits; undefined if it admits nobody: JoinChimeMeeting then fails as on AWS. */
  redeem(
    joinToken: string,
    meetingId: string | undefined,
  ): { meetingId: string; attendeeId: string } | undefined;
  /** Whether the meeting has this attendee. Muting one that it does not have fails as on AWS. Default: true. */
  has?(meetingId: string, attendeeId: string): boolean;
  /** Reports each attendee that is deleted, alone or with its meeting: its leg then leaves the meeting. */
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
  /** Id of LEG-A; `legId` is that of the meeting leg. */
  joinedFrom: string;
  legId: string;
  joined: boolean;
  muted: boolean;
  left(): void;
}

/** Admits everybody: for handlers that create no meetings of their own. */
const OPEN_TO_ALL: TestMeetings = {
  redeem: (joinToken, meetingId = 'meeting') => ({ meetingId, attendeeId: `attendee-of-${joinToken}` }),
};

/** Keeps track of who is in which meeting, for all calls of an application. */
export class Seats {
  readonly #meetings: TestMeetings;
  readonly #seats: Seat[] = [];

  constructor(meetings: TestMeetings = OPEN_TO_ALL) {
    this.#meetings = meetings;
    meetings.observe?.((meetingId, attendeeId) => {
      for (const seat of this.#taken(meetingId, attendeeId)) this.#leave(seat);
    });
  }

  /** Takes the place that the token gives, under this leg's id; `left` is called when the place is lost. */
  join({ legId: joinedFrom, joinToken, meetingId }: JoinMeeting, legId: string, left: () => void) {
    const place = this.#meetings.redeem(joinToken, meetingId);
    if (!place) return undefined;
    // An attendee is in its meeting only once: a later leg replaces an earlier one.
    for (const seat of this.#taken(place.meetingId, place.attendeeId)) this.#leave(seat);
    this.#seats.push({ ...place, joinedFrom, legId, joined: true, muted: false, left });
    return place;
  }

  /** Notes that the leg has left. Returns false if it was no longer in a meeting. */
  leave(legId: string): boolean {
    const seat = this.#seats.find((other) => other.legId === legId && other.joined);
    if (seat) seat.joined = false;
    return seat !== undefined;
  }

  /** The most recent place in a meeting of the call with this LEG-A; undefined if it has had none. */
  attendeeOf(joinedFrom: string | undefined): TestAttendee | undefined {
    const seat = this.#seats.findLast((other) => other.joinedFrom === joinedFrom);
    return seat && { ...publicPart(seat) };
  }

  /** The attendees who are in meetings now. */
  present(): TestAttendee[] {
    return this.#seats.filter(({ joined }) => joined).map(publicPart);
  }

  /** Mutes or unmutes attendees. Returns false if not all of them are attendees of the meeting. */
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
