/** The sender of a datagram. */
export interface DatagramSource {
  address: string;
  port: number;
}

/** Receives a datagram. `atMs` is when the kernel received it, by the steady clock, if that is known. */
export type DatagramListener = (bytes: Buffer, from: DatagramSource, atMs?: unknown) => void;

/** A bound UDP socket as the legs need it: one of Node's, or one of a `UdpBatch`. */
export interface MediaSocket {
  on(event: 'message', listener: DatagramListener): this;
  off(event: 'message', listener: DatagramListener): this;
  removeAllListeners(event: 'message'): this;
  /**
   * Sends a datagram; one that cannot be sent is lost. The bytes may be overwritten two frames later.
   * @param done if given, the datagram is sent even if the socket is closed at once.
   */
  send(bytes: Uint8Array, port: number, address: string, done?: () => void): void;
  close(): void;
}
