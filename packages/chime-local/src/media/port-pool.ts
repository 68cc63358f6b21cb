import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/**
 * RTP and RTCP sockets in pairs, an even port and the odd one above it (RFC 3550 section 11). A few are bound
 * ahead of need, so that a call does not wait; ports of an ended call rest, so that its last packets find nobody.
 */

/** Pairs bound ahead of need. */
const SPARE_PAIRS = 8;
/** How long the ports of an ended call are left alone, ms: longer than a phone goes on sending after BYE. */
export const REST_MS = 5_000;
/**
 * What the kernel keeps for a socket while the media thread has no processor, bytes: a second of a flood of 1,000 packets
 * a second, and of the call's own among them.
 */
const RECEIVE_BUFFER_BYTES = 524_288;

export interface SocketPair {
  address: string;
  rtp: Socket;
  rtcp: Socket;
  rtpPort: number;
}

export interface PortPoolOptions {
  address: string;
  /** First and last port; only whole pairs that begin with an even port are used. */
  firstPort: number;
  lastPort: number;
  /** The time in ms of a steady clock. */
  now(): number;
}

/** No pair is free: the range is too small for the calls, or others use it. */
export class PortsExhausted extends Error {
  override readonly name = 'PortsExhausted';
}

/** Where telephones on the IPv6 loopback are heard. */
const LOOPBACK_IPV6 = '::1';

/** Addresses are numbers here; nothing is looked up. */
const noLookup = (
  host: string,
  _options: unknown,
  done: (error: Error | null, address: string, family: number) => void,
): void => done(null, host, host.includes(':') ? 6 : 4);

export class PortPool {
  readonly #options: PortPoolOptions;
  readonly #firstEven: number;
  readonly #count: number;
  readonly #spare: SocketPair[] = [];
  /** When a port was given back. */
  readonly #resting = new Map<number, number>();
  readonly #used = new Set<number>();
  /** Ports that are being tried: they may turn out to be a telephone's of this machine. */
  readonly #trying = new Set<number>();
  #filling: Promise<void> | undefined;
  #closed = false;

  constructor(options: PortPoolOptions) {
    this.#options = options;
    this.#firstEven = options.firstPort + (options.firstPort & 1);
    this.#count = Math.max(0, (options.lastPort + 1 - this.#firstEven) >> 1);
  }

  /** Binds the first spare pairs. */
  async fill(): Promise<void> {
    this.#filling ??= this.#fillUp().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /**
   * `ipVersion` 6: on the IPv6 loopback, unless the pool's own address is an IPv6 one.
   * @throws {PortsExhausted} when there is no free pair.
   */
  async take(ipVersion?: 6): Promise<SocketPair> {
    const elsewhere = ipVersion === 6 && !this.#options.address.includes(':');
    const pair = elsewhere
      ? await this.#bindNext(LOOPBACK_IPV6)
      : (this.#spare.shift() ?? (await this.#bindNext()));
    if (!pair) {
      throw new PortsExhausted(
        `no RTP port is free between ${this.#options.firstPort} and ${this.#options.lastPort} on ` +
          `${this.#options.address}: end calls, or give a wider port range`,
      );
    }
    setImmediate(() => void this.fill());
    return pair;
  }

  /** Whether the port is of one of the pairs that are bound. */
  owns(port: number): boolean {
    return this.#used.has(port & ~1);
  }

  /** Closes a pair; its ports rest. */
  give(pair: SocketPair): void {
    pair.rtp.close();
    pair.rtcp.close();
    this.#used.delete(pair.rtpPort);
    this.#resting.set(pair.rtpPort, this.#options.now());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    for (const pair of this.#spare.splice(0)) this.give(pair);
  }

  async #fillUp(): Promise<void> {
    const wanted = Math.min(SPARE_PAIRS, this.#count);
    while (!this.#closed && this.#spare.length < wanted) {
      const pair = await this.#bindNext();
      if (!pair) return;
      this.#spare.push(pair);
    }
  }

  /**
   * A pair of the range that can be bound, any one: whoever sees one port must not know the next (RFC 6056), and two
   * runtimes of one machine do not compete for the first ports.
   */
  async #bindNext(address = this.#options.address): Promise<SocketPair | undefined> {
    const first = this.#count > 0 ? randomInt(this.#count) : 0;
    for (let tries = 0; tries < this.#count; tries++) {
      const rtpPort = this.#firstEven + 2 * ((first + tries) % this.#count);
      if (this.#used.has(rtpPort) || this.#trying.has(rtpPort) || this.#isResting(rtpPort)) continue;
      this.#trying.add(rtpPort);
      const pair = await this.#bindPair(rtpPort, address).finally(() => this.#trying.delete(rtpPort));
      if (!pair) continue;
      this.#used.add(rtpPort);
      return pair;
    }
    return undefined;
  }

  #isResting(port: number): boolean {
    const since = this.#resting.get(port);
    if (since === undefined) return false;
    if (this.#options.now() - since < REST_MS) return true;
    this.#resting.delete(port);
    return false;
  }

  async #bindPair(rtpPort: number, address: string): Promise<SocketPair | undefined> {
    const rtp = await this.#bind(rtpPort, address);
    if (!rtp) return undefined;
    const rtcp = await this.#bind(rtpPort + 1, address);
    if (rtcp) return { address, rtp, rtcp, rtpPort };
    rtp.close();
    return undefined;
  }

  /** A bound socket, or undefined when somebody else has the port. */
  #bind(port: number, address: string): Promise<Socket | undefined> {
    const socket = createSocket({
      type: address.includes(':') ? 'udp6' : 'udp4',
      lookup: noLookup,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    return new Promise((resolve, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.close();
        if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
        else reject(error);
      });
      socket.bind({ address, port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        // A packet that cannot be sent is a lost packet; the stream goes on.
        socket.on('error', () => {});
        resolve(socket);
      });
    });
  }
}
