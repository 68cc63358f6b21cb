import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RosterChange, RosterEntry } from '#attendance';

export type { RosterChange, RosterEntry };

/**
 * The signalling edge as the rest of the runtime sees it: meeting clients (`amazon-chime-sdk-js`) join
 * through a WebSocket, frames of the client's own protocol, and an SDP offer. The edge handles sockets and
 * media legs, and routes video as the clients wish; who is in a meeting, who may be, and who is muted is
 * decided behind `SignallingHandler`.
 */

/** A client's WebSocket and, once it has subscribed, its media leg, which has the same id. */
export interface ClientConnection {
  /** A GUID that the edge generates. */
  legId: string;
  /** Taken from the URL. */
  meetingId: string;
  joinToken: string;
}

/** The answer to a client that may join. */
export interface Admission {
  /** `<id>#content` for a content connection. */
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
 * Why a client may not join, with the status that JOIN_ACK carries. 403: wrong token; 409: the meeting is
 * full; 410: the meeting has ended. The description is for the page's log.
 */
export interface Rejection {
  status: 403 | 409 | 410;
  description: string;
}

/** What the edge reports and asks; called from socket events, and answered at once. */
export interface SignallingHandler {
  /** Called at JOIN; the attendee is not present yet. */
  admit(connection: ClientConnection): Admission | Rejection;
  /**
   * Called after SUBSCRIBE, once the media leg is connected (ICE and DTLS): the attendee is present from now
   * on.
   */
  arrived(legId: string, audio: { muted: boolean }): void;
  /** The client muted or unmuted itself. */
  selfMuted(legId: string, muted: boolean): void;
  /**
   * Called at LEAVE (`left`), or when the connection was lost (`dropped`). Once for each admitted connection.
   */
  departed(legId: string, how: 'left' | 'dropped'): void;
}

/**
 * Why a client is sent away, as AUDIO_STATUS: 301 joined from another device, 410 the meeting ended, 411 the
 * attendee was removed, 503 try again.
 */
export type EndStatus = 301 | 410 | 411 | 503;

/** The interface of the edge. Calls for unknown connections do nothing. */
export interface Signalling {
  /**
   * Takes over an HTTP upgrade on `SignalingUrl`. It refuses invalid requests and excessive ones itself.
   * Whether the origin may connect has been decided by the caller.
   */
  acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer, meetingId: string): void;
  /** Sends everybody who is present, the client included: its first roster, sent before any change. */
  tellRoster(legId: string, entries: readonly RosterEntry[]): void;
  tellChanges(legId: string, changes: readonly RosterChange[]): void;
  /** AUDIO_METADATA: `volume` in dB below full scale by stream. */
  tellLevels(legId: string, levels: readonly { streamId: number; volume: number }[]): void;
  /** Sets what the client may do with video from now on. */
  setVideoRights(legId: string, rights: VideoRights): void;
  /** Sends the client away and closes its leg; `departed` is not called for it. */
  end(legId: string, status: EndStatus): void;
  /** Called by the media edge for the legs of this edge. */
  transportUp(legId: string): void;
  transportDown(legId: string, reason: string): void;
  /** The number of open connections. */
  readonly connections: number;
  /** Sends everybody away with 410 and closes. */
  close(): Promise<void>;
}
