/** What an attendee may do with one medium (API reference, AttendeeCapabilities). */
export type MediaCapability = 'SendReceive' | 'Send' | 'Receive' | 'None';

/** An attendee who arrives in a meeting. */
export interface Arrival {
  /** A telephone leg's CallId, or a meeting client's connection. */
  legId: string;
  kind: 'telephone' | 'client';
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
  /** A client may arrive muted; telephones do not mute themselves here. */
  selfMuted: boolean;
  audio: MediaCapability;
}

/** One attendee in a roster. */
export interface RosterEntry {
  /** 1 or more; larger for each newcomer to the meeting, including one who returns. */
  streamId: number;
  attendeeId: string;
  externalUserId: string;
  /**
   * Whether nobody hears the attendee: it muted itself, ModifyChimeMeetingAttendees did, or it may not send.
   */
  muted: boolean;
}

export type RosterChange =
  | { kind: 'present'; entry: RosterEntry }
  | { kind: 'muted'; streamId: number; muted: boolean }
  | { kind: 'gone'; streamId: number; dropped: boolean };

/** Actions to carry out, in order. */
export type AttendanceOutput =
  /**
   * The same attendee is now present through another leg or client, so this one is to be let go. It is absent
   * already.
   */
  | { kind: 'replaced'; legId: string; by: 'telephone' | 'client' }
  /** Give the leg its place in the mixer; `muted` and `deaf` are its initial state. */
  | { kind: 'seat'; legId: string; meetingId: string; attendeeId: string; muted: boolean; deaf: boolean }
  | { kind: 'unseat'; legId: string; meetingId: string; attendeeId: string }
  | { kind: 'mute'; meetingId: string; attendeeId: string; muted: boolean }
  | { kind: 'deafen'; meetingId: string; attendeeId: string; deaf: boolean }
  /** The client's first roster, with everybody. */
  | { kind: 'roster'; legId: string; entries: RosterEntry[] }
  /** Changes of the roster, for these clients. */
  | { kind: 'changes'; legIds: string[]; changes: RosterChange[] }
  /** Whether there is a client that is to be sent everybody's levels. */
  | { kind: 'watch-levels'; meetingId: string; watched: boolean };

export const maySend = (audio: MediaCapability): boolean => audio === 'SendReceive' || audio === 'Send';
export const mayReceive = (audio: MediaCapability): boolean => audio === 'SendReceive' || audio === 'Receive';
