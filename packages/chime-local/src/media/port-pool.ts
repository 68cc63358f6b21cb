import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { MediaSocket } from './sockets/media-socket.ts';
import type { UdpBatch } from './sockets/udp-batch.ts';

/**
 * RTP and RTCP sockets in pairs, an even port and the odd one above it (RFC 3550 section 11). A few pairs are
 * bound ahead of need, so that a call does not wait. The ports of an ended call rest, so that its last
 * packets reach no other call, and are then used again.
 */

/** The number of pairs that are bound ahead of need. */
const SPARE_PAIRS = 8;
/**
 * The number of pairs whose ports may be used without asking: as many as calls may arrive at the same moment.
 * Our choice.
 */
export const OFFERED_PAIRS = 32;
/** A range of fewer pairs than this offers no ports. Our choice. */
const LEAST_PAIRS_TO_OFFER = 4 * OFFERED_PAIRS;
/**
 * The most pairs of ended calls that stay bound for later ones: closing two sockets and binding two others
 * costs more. Our choice.
 */
const RESTING_PAIRS = 256;
/**
 * How long they stay bound while nobody needs them, ms. Our choice: a burst of calls must not keep its
 * sockets.
 */
const KEPT_MS = 10_000;
/** The least time between two checks for such pairs, ms, so that many are closed at once. Our choice. */
const LOOK_AGAIN_MS = 1_000;
/**
 * How long packets for an ended call are expected, ms; a pair that receives any later is closed. Our choice.
 */
const LAST_PACKETS_MS = 1_000;
/** How long the ports of an ended call are not used, ms: longer than a phone goes on sending after BYE. */
export const REST_MS = 5_000;
/**
 * How long no port is searched for after none was free, ms, unless a call ends: a search may try all ports.
 * Our choice.
 */
const NONE_FREE_MS = 1_000;
/** How many ports are tried before the event loop, and with it the sound, has its turn. Our choice. */
const TRIES_AT_ONCE = 64;
/**
 * The kernel's receive buffer for a socket, used while the media thread gets no processor time, bytes. It
 * holds a second of a flood of 1,000 packets a second together with the call's own packets.
 */
const RECEIVE_BUFFER_BYTES = 524_288;

export interface SocketPair {
  address: string;
  rtp: MediaSocket;
  rtcp: MediaSocket;
  rtpPort: number;
}

export interface PortPoolOptions {
  address: string;
  /** First and last port; only whole pairs that begin with an even port are used. */
  firstPort: number;
  lastPort: number;
  /** The time of a steady clock, ms. */
  now(): number;
  /** Opens IPv4 sockets; if absent, Node's own sockets are used. */
  batch?: Pick<UdpBatch, 'open' | 'receive'> | undefined;
}

/** The pair of an ended call, still bound. */
interface RestingPair {
  pair: SocketPair;
  since: number;
}

/** Thrown if no pair is free: the range is too small for the calls, or others use it. */
export class PortsExhausted extends Error {
  override readonly name = 'PortsExhausted';
}

/** The address on which telephones on the IPv6 loopback are heard. */
const LOOPBACK_IPV6 = '::1';

/** Resolves nothing: all addresses here are numeric. */
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
  readonly #offered = new Map<number, SocketPair>();
  /** The pairs of ended calls, the oldest first. */
  readonly #rested: RestingPair[] = [];
  /** When each resting port was closed. */
  readonly #resting = new Map<number, number>();
  readonly #used = new Set<number>();
  /** Ports that are being tried. They may turn out to belong to a telephone on this machine. */
  readonly #trying = new Set<number>();
  #filling: Promise<void> | undefined;
  #offering = false;
  #clearing: NodeJS.Timeout | undefined;
  #closed = false;
  /** No port is searched for until then, ms. */
  #noneUntilMs = 0;

  constructor(options: PortPoolOptions) {
    this.#options = options;
    this.#firstEven = options.firstPort + (options.firstPort & 1);
    this.#count = Math.max(0, (options.lastPort + 1 - this.#firstEven) >> 1);
  }

  /** Binds the spare pairs that are missing. */
  async fill(): Promise<void> {
    this.#filling ??= this.#fillUp().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /**
   * Takes a free pair.
   * @param ipVersion 6: on the IPv6 loopback, unless the pool's own address is an IPv6 one.
   * @throws {PortsExhausted} if there is no free pair.
   */
  async take(ipVersion?: 6): Promise<SocketPair> {
    const elsewhere = ipVersion === 6 && !this.#options.address.includes(':');
    const pair = elsewhere
      ? await this.#bindNext(LOOPBACK_IPV6)
      : (this.#spare.shift() ?? (await this.#next()));
    if (!pair) {
      throw new PortsExhausted(
        `no RTP port is free between ${this.#options.firstPort} and ${this.#options.lastPort} on ` +
          `${this.#options.address}: calls or other programs have them all`,
      );
    }
    // If the system has no more sockets now, the next caller tries again.
    setImmediate(() => void this.fill().catch(() => {}));
    return pair;
  }

  /**
   * Offers pairs, each named by its RTP port, for `takeOffered`: none while `least` are on offer, and none
   * from a small range.
   */
  async offer(least = OFFERED_PAIRS): Promise<number[]> {
    const enough = this.#offered.size >= least || this.#count < LEAST_PAIRS_TO_OFFER;
    if (this.#offering || enough) return [];
    this.#offering = true;
    const ports: number[] = [];
    while (!this.#closed && this.#offered.size < OFFERED_PAIRS) {
      // A caller that finds no port on offer asks for one, and then learns why there is none.
      const pair = await this.#next().catch(() => undefined);
      if (!pair) break;
      this.#offered.set(pair.rtpPort, pair);
      ports.push(pair.rtpPort);
    }
    this.#offering = false;
    return ports;
  }

  /** Takes the pair of an offered port. @throws Error if the port was not offered. */
  takeOffered(rtpPort: number): SocketPair {
    const pair = this.#offered.get(rtpPort);
    if (!pair) throw new Error(`port ${rtpPort} was not offered`);
    this.#offered.delete(rtpPort);
    return pair;
  }

  /** Whether the port belongs to one of the bound pairs. */
  owns(port: number): boolean {
    return this.#used.has(port & ~1);
  }

  /** Gives a pair back after its call has ended: its ports rest. */
  give(pair: SocketPair): void {
    const keeps = pair.address === this.#options.address && this.#rested.length < RESTING_PAIRS;
    if (this.#closed || !keeps) {
      this.#close(pair);
      return;
    }
    const resting = { pair, since: this.#options.now() };
    this.#rested.push(resting);
    this.#clearing ??= setTimeout(() => this.#clear(), KEPT_MS).unref();
    const hear = () => this.#disturbed(resting);
    for (const socket of [pair.rtp, pair.rtcp]) socket.removeAllListeners('message').on('message', hear);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#clearing);
    await this.#filling;
    for (const pair of this.#spare.splice(0)) this.#close(pair);
    for (const pair of this.#offered.values()) this.#close(pair);
    this.#offered.clear();
    for (const { pair } of this.#rested.splice(0)) this.#close(pair);
  }

  #close(pair: SocketPair): void {
    pair.rtp.close();
    pair.rtcp.close();
    this.#used.delete(pair.rtpPort);
    this.#noneUntilMs = 0;
    this.#resting.set(pair.rtpPort, this.#options.now());
  }

  /** Closes the pairs that nobody has needed. */
  #clear(): void {
    const until = this.#options.now() - KEPT_MS;
    while (this.#rested[0] && this.#rested[0].since <= until) {
      const resting = this.#rested.shift();
      if (resting) this.#close(resting.pair);
    }
    const oldest = this.#rested[0];
    const inMs = oldest && Math.max(LOOK_AGAIN_MS, oldest.since + KEPT_MS - this.#options.now());
    this.#clearing = inMs === undefined ? undefined : setTimeout(() => this.#clear(), inMs).unref();
  }

  /**
   * Handles a packet for an ended call. If its sender does not stop in time, the pair is closed, so that the
   * next call is not disturbed.
   */
  #disturbed(resting: RestingPair): void {
    if (this.#options.now() - resting.since < LAST_PACKETS_MS) return;
    const index = this.#rested.indexOf(resting);
    if (index < 0) return;
    this.#rested.splice(index, 1);
    this.#close(resting.pair);
  }

  /** A pair that has rested, otherwise a newly bound one; undefined if no port is free. */
  async #next(): Promise<SocketPair | undefined> {
    // Reading what has come to the resting pairs shows which of them must not be reused.
    this.#options.batch?.receive();
    return this.#takeRested() ?? this.#bindNext();
  }

  /** A random pair among those that have rested for long enough; `#bindNext` explains why random. */
  #takeRested(): SocketPair | undefined {
    const until = this.#options.now() - REST_MS;
    const young = this.#rested.findIndex(({ since }) => since > until);
    const ready = young < 0 ? this.#rested.length : young;
    if (ready === 0) return undefined;
    const [resting] = this.#rested.splice(randomInt(ready), 1);
    for (const socket of [resting?.pair.rtp, resting?.pair.rtcp]) socket?.removeAllListeners('message');
    return resting?.pair;
  }

  async #fillUp(): Promise<void> {
    const wanted = Math.min(SPARE_PAIRS, this.#count);
    while (!this.#closed && this.#spare.length < wanted) {
      const pair = await this.#next();
      if (!pair) return;
      this.#spare.push(pair);
    }
  }

  /**
   * Binds a random free pair of the range: whoever knows one port must not be able to guess the next (RFC
   * 6056), and two runtimes on one machine do not compete for the first ports.
   */
  async #bindNext(address = this.#options.address): Promise<SocketPair | undefined> {
    if (this.#options.now() < this.#noneUntilMs) return undefined;
    const first = this.#count > 0 ? randomInt(this.#count) : 0;
    let tried = 0;
    for (let tries = 0; tries < this.#count; tries++) {
      const rtpPort = this.#firstEven + 2 * ((first + tries) % this.#count);
      if (this.#used.has(rtpPort) || this.#trying.has(rtpPort) || this.#isResting(rtpPort)) continue;
      if (++tried % TRIES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
      this.#trying.add(rtpPort);
      const pair = await this.#bindPair(rtpPort, address).finally(() => this.#trying.delete(rtpPort));
      if (!pair) continue;
      this.#used.add(rtpPort);
      return pair;
    }
    this.#noneUntilMs = this.#options.now() + NONE_FREE_MS;
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
    let rtcp: MediaSocket | undefined;
    try {
      rtcp = await this.#bind(rtpPort + 1, address);
    } finally {
      if (!rtcp) rtp.close();
    }
    return rtcp && { address, rtp, rtcp, rtpPort };
  }

  /** A bound socket; undefined if somebody else has the port. */
  async #bind(port: number, address: string): Promise<MediaSocket | undefined> {
    const { batch } = this.#options;
    const isIpv4 = !address.includes(':');
    if (batch && isIpv4) return batch.open(address, port, RECEIVE_BUFFER_BYTES);
    const socket = createSocket({
      type: isIpv4 ? 'udp4' : 'udp6',
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
        // A packet that cannot be sent is lost; the stream goes on.
        socket.on('error', () => {});
        resolve(socket);
      });
    });
  }
}
