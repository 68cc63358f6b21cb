/** What an attendee may do with one medium. API reference, AttendeeCapabilities. */
export type MediaCapability = 'SendReceive' | 'Send' | 'Receive' | 'None';

/** Somebody comes in. */
export interface Arrival {
  /** A telephone leg's CallId, or a meeting client's connection. */
  legId: string;
  kind: 'telephone' | 'client';
  meetingId: string;
  attendeeId: string;
  externalUserId: string;
  /** A client may come muted; telephones do not mute themselves here. */
  selfMuted: boolean;
  audio: MediaCapability;
}

/** One attendee in a roster. */
export interface RosterEntry {
  /** 1 or more; larger for each newcomer of the meeting, also for one who comes back. */
  streamId: number;
  attendeeId: string;
  externalUserId: string;
  /** Nobody hears it: by itself, by ModifyChimeMeetingAttendees, or because it may not send. */
  muted: boolean;
}

export type RosterChange =
  | { kind: 'present'; entry: RosterEntry }
  | { kind: 'muted'; streamId: number; muted: boolean }
  | { kind: 'gone'; streamId: number; dropped: boolean };

/** What should be done. Carried out in order. */
export type AttendanceOutput =
  /** Somebody else is there as the same attendee now: this leg or client is to be let go. It is absent already. */
  | { kind: 'replaced'; legId: string; by: 'telephone' | 'client' }
  /** Give the leg its place in the mixer; muted and deaf say how it begins. */
  | { kind: 'seat'; legId: string; meetingId: string; attendeeId: string; muted: boolean; deaf: boolean }
  | { kind: 'unseat'; legId: string; meetingId: string; attendeeId: string }
  | { kind: 'mute'; meetingId: string; attendeeId: string; muted: boolean }
  | { kind: 'deafen'; meetingId: string; attendeeId: string; deaf: boolean }
  /** The client's first roster. */
  | { kind: 'roster'; legId: string; entries: RosterEntry[] }
  /** What changed, for these clients. */
  | { kind: 'changes'; legIds: string[]; changes: RosterChange[] }
  /** Whether there is a client who wants to be told how loud everybody is. */
  | { kind: 'watch-levels'; meetingId: string; watched: boolean };

export const maySend = (audio: MediaCapability): boolean => audio === 'SendReceive' || audio === 'Send';
export const mayReceive = (audio: MediaCapability): boolean => audio === 'SendReceive' || audio === 'Receive';
