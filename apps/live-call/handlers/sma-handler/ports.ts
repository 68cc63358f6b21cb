import type { CallUpdatesTable, GuessBudget, MeetingAccessTable, MeetingInfoTable } from '../tables/index.ts';
import type { Actions } from './actions.ts';

/** Chime SDK Meetings, as far as a call needs it. */
export interface Meetings {
  /** Gets the meeting of that token or creates it. Answers its id. */
  getOrCreateMeeting(token: string, externalMeetingId: string, mediaRegion: string): Promise<string>;
  /** Undefined: the meeting has ended. */
  createAttendee(
    meetingId: string,
    externalUserId: string,
  ): Promise<{ attendeeId: string; joinToken: string } | undefined>;
  /** Ends the attendee's leg, too. One that is gone already is no error. */
  deleteAttendee(meetingId: string, attendeeId: string): Promise<void>;
}

/** What the handler works with; made once a process. */
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
  /** Something went wrong that the caller need not know. Never digits, PINs or tokens. */
  warn(what: string, error: unknown, transactionId: string): void;
}
