import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RosterChange, RosterEntry } from '#attendance';

export type { RosterChange, RosterEntry };

/**
 * The signalling edge as the rest of the runtime sees it: meeting clients (`amazon-chime-sdk-js`) join by WebSocket,
 * frames of the client's own protocol, and an SDP offer. It speaks to sockets and media legs, and decides whose video goes
 * to whom as the clients wish; who is in a meeting, who may be, and who is muted is decided behind `SignallingHandler`.
 */

/** A client's WebSocket and, once it has subscribed, its media leg, which has the same id. */
export interface ClientConnection {
  /** GUID made by the edge. */
  legId: string;
  /** From the URL. */
  meetingId: string;
  joinToken: string;
}

/** A client that may join. */
export interface Admission {
  /** Of a content connection `<id>#content`. */
  attendeeId: string;
  externalUserId: string;
  /** Present for a content connection, whose video is shared content: the attendee who shares. */
  contentOf?: string;
  video: VideoRights;
}

/** What a connection may do with video. */
export interface VideoRights {
  send: boolean;
  receiveCameras: boolean;
  receiveContent: boolean;
}

/**
 * Why a client may not join: the status that JOIN_ACK carries. 403: wrong token; 409: the meeting is full; 410: the
 * meeting has ended. The words are for the log of the page.
 */
export interface Rejection {
  status: 403 | 409 | 410;
  description: string;
}

/** What the edge tells and asks; called from socket events, answers at once. */
export interface SignallingHandler {
  /** JOIN. Nobody is present yet. */
  admit(connection: ClientConnection): Admission | Rejection;
  /** SUBSCRIBE, and the media leg is connected (ICE and DTLS): the attendee is present from now on. */
  arrived(legId: string, audio: { muted: boolean }): void;
  /** The client muted or unmuted itself. */
  selfMuted(legId: string, muted: boolean): void;
  /** LEAVE (`left`), or the connection was lost (`dropped`). Once for each admitted connection, whatever came before. */
  departed(legId: string, how: 'left' | 'dropped'): void;
}

/**
 * Why a client is sent away, as AUDIO_STATUS: 301 joined from another device, 410 the meeting ended, 411 the attendee
 * was removed, 503 try again.
 */
export type EndStatus = 301 | 410 | 411 | 503;

/** What the edge is told. Unknown connections do no harm. */
export interface Signalling {
  /**
   * Takes over an HTTP upgrade on `SignalingUrl`. Refuses what is no such request, and too many, itself. Whether the
   * origin may connect was decided by the caller.
   */
  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer, meetingId: string): void;
  /** Everybody who is present, the client itself included: its first roster, sent before any change. */
  tellRoster(legId: string, entries: readonly RosterEntry[]): void;
  tellChanges(legId: string, changes: readonly RosterChange[]): void;
  /** AUDIO_METADATA: `volume` in dB below full scale by stream. */
  tellLevels(legId: string, levels: readonly { streamId: number; volume: number }[]): void;
  /** What the client may do with video from now on. */
  setVideoRights(legId: string, rights: VideoRights): void;
  /** Sends the client away and closes what it has; no `departed` is told of it. */
  end(legId: string, status: EndStatus): void;
  /** From the media edge, for the legs of this edge. */
  transportUp(legId: string): void;
  transportDown(legId: string, reason: string): void;
  /** Connections that are open. */
  readonly connections: number;
  /** Sends everybody away with 410 and closes. */
  close(): Promise<void>;
}
