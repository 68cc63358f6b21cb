import type { Ending } from './endings.ts';

/** The codec that a call uses, by the name it has in SDP. */
export type Codec = 'PCMU' | 'opus';

/** What a call needs of the sound: sent stream and codec. */
export interface CallMedia {
  stream: MediaStream;
  codec: Codec;
  iceServers: RTCIceServer[];
}

/** A registered telephone line, whatever speaks SIP underneath. */
export interface TelephoneLine {
  /** Connects, registers this number (instead of an earlier one) and keeps both up. */
  register(number: string): void;
  /** Connects now rather than at the next try. */
  connectNow(): void;
  dial(id: string, number: string, media: CallMedia): void;
  accept(id: string, media: CallMedia): void;
  /** CANCEL, BYE or, for a call that arrived, a refusal with `code`. Calls that are gone do no harm. */
  end(id: string, code?: number): void;
  /** RFC 4733, queued by the browser. */
  keys(id: string, keys: string): void;
  /** Ends all calls, unregisters and disconnects: as good as it can be done while the page is closing. */
  leave(): void;
}

export interface LineEvents {
  onRegistered(number: string): void;
  /** SIP status code of the refusal; undefined when nothing was answered. */
  onNotRegistered(number: string, code: number | undefined): void;
  /** The WebSocket closed or could not be opened. It is tried again. */
  onLost(): void;
  onArrived(id: string, from: string): void;
  onRinging(id: string): void;
  onConnected(id: string): void;
  onEnded(id: string, ending: Ending): void;
  /** The connection for the sound of a call exists; nothing has been sent over it. */
  onPeerConnection(id: string, connection: RTCPeerConnection): void;
}
