import type { Conversations } from '#bots';
import type { CallHost } from '#call-host';
import type { InternalLegs, Lines, MeetingLine, RouteFailover, TestParty } from '#lines';
import type { MediaEdge } from '#media-edge';
import type { MeetingHost } from '#meeting-host';
import type { Recordings } from '#recordings';
import type { Signalling } from '#signalling';
import type { SipEdge } from '#sip-edge';
import type { Speech } from '#speech';

/** The lines of calls, and the answerers of those that stay on this machine. */
export interface CallLines {
  lines: Lines;
  internal: InternalLegs;
  testParty: TestParty;
  meeting: MeetingLine;
  failover: RouteFailover;
}

/** Telephones, media and calls, connected with one another. */
export interface CallServer {
  sip: SipEdge;
  media: MediaEdge;
  signalling: Signalling;
  meetings: MeetingHost;
  host: CallHost;
  speech: Speech;
  recordings: Recordings;
  lines: CallLines;
  conversations: Conversations;
}
