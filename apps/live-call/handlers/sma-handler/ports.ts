import type { CallUpdatesTable, GuessBudget, MeetingAccessTable, MeetingInfoTable } from '../tables/index.ts';
import type { Actions } from './actions.ts';

/** The part of Chime SDK Meetings that a call needs. */
export interface Meetings {
  /** Gets the meeting of that token or creates it. Returns its id. */
  getOrCreateMeeting(token: string, externalMeetingId: string, mediaRegion: string): Promise<string>;
  /** Undefined: the meeting has ended. */
  createAttendee(
    meetingId: string,
    externalUserId: string,
  ): Promise<{ attendeeId: string; joinToken: string } | undefined>;
  /** Also ends the attendee's leg. An attendee that is already gone is no error. */
  deleteAttendee(meetingId: string, attendeeId: string): Promise<void>;
}

/** What the handler works with; created once per process. */
export interface Ports {
  meetings: Meetings;
  meetingInfo: Pick<
    MeetingInfoTable,
    'put' | 'markJoined' | 'setMuted' | 'remove' | 'rows' | 'takeLine' | 'releaseLine'
  >;
  meetingAccess: Pick<MeetingAccessTable, 'findByPin' | 'guessCount' | 'countWrongGuess' | 'forgetGuesses'>;
  guessBudget: Pick<GuessBudget, 'take' | 'giveBack' | 'kindOf' | 'noteJoined'>;
  callUpdates: Pick<CallUpdatesTable, 'recordSeen' | 'recordRefused' | 'recordOutcome'>;
  actions: Actions;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Logs a failure that the caller need not know of. Never contains digits, PINs or tokens. */
  warn(what: string, error: unknown, transactionId: string): void;
}
