import type { LocalMedia, RemoteMedia } from '../media-edge.ts';

/** How one leg's packets travel: plain sockets, or WebRTC. Runs in the media thread and never waits. */
export interface PacketTransport {
  readonly local: LocalMedia;
  /** Whether packets can be sent now: the far end is known, and a WebRTC leg is connected. */
  readonly ready: boolean;
  /** Sets or changes the far end. */
  connect(remote: RemoteMedia): void;
  /** Sends one RTP packet; does nothing unless `ready`. The bytes may be overwritten two frames later. */
  sendRtp(packet: Uint8Array): void;
  sendRtcp(packet: Uint8Array): void;
  /** Gives the port back. Nothing is reported afterwards. */
  close(): void;
}

/**
 * Receives what a transport reports on the socket's events. Packets come from the far end: strangers' were
 * dropped.
 */
export interface PacketReceiver {
  /**
   * A decrypted RTP packet, whose header has not been checked yet. `atMs` is when it arrived, if not just
   * now.
   */
  onRtp(packet: Buffer, atMs?: number): void;
  onRtcp(packet: Buffer): void;
  /** Anything that shows that the far end is alive, packets and ICE checks alike. */
  onSignOfLife(): void;
  /** WebRTC only: see `MediaEvents.onTransportUp` and `onTransportDown`. */
  onUp(): void;
  onDown(reason: string): void;
  /** A packet was dropped: damaged, forged, or from a stranger. */
  onRefused(): void;
}
