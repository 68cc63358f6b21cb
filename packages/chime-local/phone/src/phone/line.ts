import type { Ending } from './endings.ts';

/** The codec of a call, by its name in SDP. */
export type Codec = 'PCMU' | 'opus';

/** What a call needs to have sound: the sent stream, the codec and ICE servers. */
export interface CallMedia {
  stream: MediaStream;
  codec: Codec;
  iceServers: RTCIceServer[];
}

/** A registered telephone line, independent of the SIP library. */
export interface TelephoneLine {
  /** Connects, registers this number (instead of a previous one) and keeps both up. */
  register(number: string): void;
  /** Connects now instead of waiting for the next attempt. */
  connectNow(): void;
  dial(id: string, number: string, media: CallMedia): void;
  accept(id: string, media: CallMedia): void;
  /**
   * Sends CANCEL, BYE or, for an incoming call, a refusal with `code`. Has no effect on calls that are gone.
   */
  end(id: string, code?: number): void;
  /** Sends keys as RFC 4733 events, queued by the browser. */
  keys(id: string, keys: string): void;
  /** Ends all calls, unregisters and disconnects, as far as that is possible while the page is closing. */
  leave(): void;
}

export interface LineEvents {
  onRegistered(number: string): void;
  /** The refusal's SIP status code; undefined if there was no answer. */
  onNotRegistered(number: string, code: number | undefined): void;
  /** The WebSocket was closed or could not be opened. It is retried. */
  onLost(): void;
  onArrived(id: string, from: string): void;
  onRinging(id: string): void;
  onConnected(id: string): void;
  onEnded(id: string, ending: Ending): void;
  /** The connection for a call's sound exists; nothing has been sent over it. */
  onPeerConnection(id: string, connection: RTCPeerConnection): void;
}
