import type { LocalMedia, RemoteMedia } from '../media-edge.ts';

/** How one leg's packets travel: plain sockets, or WebRTC. Lives in the media thread and waits for nothing. */
export interface PacketTransport {
  readonly local: LocalMedia;
  /** Packets can be sent now: the far end is known, and a WebRTC leg is connected. */
  readonly ready: boolean;
  /** Sets or changes the far end. */
  connect(remote: RemoteMedia): void;
  /** Sends one RTP packet; nothing happens while not `ready`. The bytes may be overwritten two frames later. */
  sendRtp(packet: Uint8Array): void;
  sendRtcp(packet: Uint8Array): void;
  /** Gives the port back. Nothing is reported afterwards. */
  close(): void;
}

/** What a transport reports, from the socket's events. Packets are from the far end: strangers' were dropped. */
export interface PacketReceiver {
  /** A decrypted RTP packet; its header is not checked yet. `atMs`: when it came, if not just now. */
  onRtp(packet: Buffer, atMs?: number): void;
  onRtcp(packet: Buffer): void;
  /** Anything that shows the far end alive, packets and ICE checks alike. */
  onSignOfLife(): void;
  /** WebRTC only: see `MediaEvents.onTransportUp` and `onTransportDown`. */
  onUp(): void;
  onDown(reason: string): void;
  /** A packet was dropped: damaged, forged, or a stranger's. */
  onRefused(): void;
}
