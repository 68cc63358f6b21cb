import type { LocalMedia, RemoteMedia } from '../media-edge.ts';
import type { PacketReceiver, PacketTransport } from './packet-transport.ts';

/** A leg without a network has no address and no ports. */
const NOWHERE: LocalMedia = { address: '', rtpPort: 0, rtcpPort: 0 };

/**
 * Lines between legs of this machine: what one leg sends, the other receives in the same moment and without a
 * socket. Packets that came to one of our ports over the network would be refused as forged.
 */
export class InternalLines {
  readonly #ends = new Map<string, InternalEnd>();

  /** Attaches a leg to its line to the other leg, which may not be there yet. */
  attach(legId: string, otherLegId: string, receiver: PacketReceiver): PacketTransport {
    const end = new InternalEnd(
      receiver,
      () => this.#ends.get(otherLegId),
      () => this.#ends.delete(legId),
    );
    this.#ends.set(legId, end);
    return end;
  }
}

class InternalEnd implements PacketTransport {
  readonly local = NOWHERE;
  readonly receiver: PacketReceiver;
  readonly #other: () => InternalEnd | undefined;
  readonly #forget: () => void;
  /** Whether this end has been told of its far end. */
  connected = false;

  constructor(receiver: PacketReceiver, other: () => InternalEnd | undefined, forget: () => void) {
    this.receiver = receiver;
    this.#other = other;
    this.#forget = forget;
  }

  get ready(): boolean {
    return this.connected && this.#other()?.connected === true;
  }

  connect(_remote: RemoteMedia): void {
    this.connected = true;
    const other = this.#other();
    if (!other?.connected) return;
    this.receiver.onUp();
    other.receiver.onUp();
  }

  sendRtp(packet: Uint8Array): void {
    const other = this.#other();
    if (!this.ready || !other) return;
    other.receiver.onSignOfLife();
    other.receiver.onRtp(Buffer.from(packet));
  }

  /** Reports are not needed: a line without a network loses nothing. */
  sendRtcp(): void {}

  close(): void {
    this.connected = false;
    this.#forget();
  }
}
