import type { MeetingHost } from '#meeting-host';
import type { Answerer, InternalCall } from './internal-legs.ts';

/** Names of the headers that a call to a meeting carries (pstn-audio 6.5); compared without regard to case. */
const TOKEN_HEADER = 'x-chime-join-token';
const MEETING_HEADER = 'x-chime-meeting-id';
/** Status for a caller without a valid token. RFC 3261 section 21.4.4. */
const FORBIDDEN = 403;

/** Calls to a meeting's number: a caller with an attendee's token joins the meeting as that attendee. */
export class MeetingLine implements Answerer {
  readonly #meetings: Pick<MeetingHost, 'joinTelephone' | 'leaveTelephone'>;
  readonly #legs: {
    ring(legId: string): void;
    answer(legId: string): void;
    hangUp(legId: string, code: number): void;
  };
  readonly #inside = new Set<string>();

  constructor(parts: {
    meetings: Pick<MeetingHost, 'joinTelephone' | 'leaveTelephone'>;
    legs: {
      ring(legId: string): void;
      answer(legId: string): void;
      hangUp(legId: string, code: number): void;
    };
  }) {
    this.#meetings = parts.meetings;
    this.#legs = parts.legs;
  }

  arrived({ legId, sipHeaders = {} }: InternalCall): void {
    const headers = new Map(Object.entries(sipHeaders).map(([name, value]) => [name.toLowerCase(), value]));
    const token = headers.get(TOKEN_HEADER);
    this.#legs.ring(legId);
    const seat =
      token === undefined
        ? undefined
        : this.#meetings.joinTelephone(legId, token, headers.get(MEETING_HEADER));
    if (!seat) {
      this.#legs.hangUp(legId, FORBIDDEN);
      return;
    }
    this.#inside.add(legId);
    this.#legs.answer(legId);
  }

  ended(legId: string): void {
    if (this.#inside.delete(legId)) this.#meetings.leaveTelephone(legId);
  }

  /** The leg has lost its place in the meeting. If it is one of these legs, it ends and the result is true. */
  lost(legId: string): boolean {
    if (!this.#inside.delete(legId)) return false;
    this.#legs.hangUp(legId, 0);
    return true;
  }
}
