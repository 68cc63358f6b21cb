import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { MediaSocket } from './sockets/media-socket.ts';
import type { UdpBatch } from './sockets/udp-batch.ts';

/**
 * RTP and RTCP sockets in pairs, an even port and the odd one above it (RFC 3550 section 11). A few are bound
 * ahead of need, so that a call does not wait; ports of an ended call rest, so that its last packets find nobody, and
 * are used again.
 */

/** Pairs bound ahead of need. */
const SPARE_PAIRS = 8;
/** Pairs whose ports whoever opens legs may use without asking: as many as calls may come at the same moment. Ours. */
export const OFFERED_PAIRS = 32;
/** A range of fewer pairs than this is kept for those who ask. Ours. */
const LEAST_PAIRS_TO_OFFER = 4 * OFFERED_PAIRS;
/** Pairs of ended calls that stay bound for later ones: to close two sockets and bind two others costs more. Ours. */
const RESTING_PAIRS = 256;
/** How long they stay bound while nobody needs them, ms. Ours: a burst of calls must not keep its sockets. */
const KEPT_MS = 10_000;
/** The least time between two looks for those, ms: many are closed in one go. Ours. */
const LOOK_AGAIN_MS = 1_000;
/** How long what still comes for an ended call is no surprise, ms; a pair that hears more afterwards is closed. Ours. */
const LAST_PACKETS_MS = 1_000;
/** How long the ports of an ended call are left alone, ms: longer than a phone goes on sending after BYE. */
export const REST_MS = 5_000;
/** How long nobody looks again for a port when none was free, ms, unless a call ends: a look may try them all. Ours. */
const NONE_FREE_MS = 1_000;
/** Ports that are tried before sound has its turn. Ours. */
const TRIES_AT_ONCE = 64;
/**
 * What the kernel keeps for a socket while the media thread has no processor, bytes: a second of a flood of 1,000 packets
 * a second, and of the call's own among them.
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
  /** The time in ms of a steady clock. */
  now(): number;
  /** Where IPv4 sockets are opened; Node's own sockets without. */
  batch?: Pick<UdpBatch, 'open' | 'receive'> | undefined;
}

/** A pair of an ended call, still bound. */
interface RestingPair {
  pair: SocketPair;
  since: number;
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
  readonly #offered = new Map<number, SocketPair>();
  /** Those of ended calls, the oldest first. */
  readonly #rested: RestingPair[] = [];
  /** When a port was closed. */
  readonly #resting = new Map<number, number>();
  readonly #used = new Set<number>();
  /** Ports that are being tried: they may turn out to be a telephone's of this machine. */
  readonly #trying = new Set<number>();
  #filling: Promise<void> | undefined;
  #offering = false;
  #clearing: NodeJS.Timeout | undefined;
  #closed = false;
  /** Until then no port is looked for. */
  #noneUntilMs = 0;

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
      : (this.#spare.shift() ?? (await this.#next()));
    if (!pair) {
      throw new PortsExhausted(
        `no RTP port is free between ${this.#options.firstPort} and ${this.#options.lastPort} on ` +
          `${this.#options.address}: calls or other programs have them all`,
      );
    }
    // Where the system has no more sockets now, whoever needs the next one asks again.
    setImmediate(() => void this.fill().catch(() => {}));
    return pair;
  }

  /**
   * Ports, each the first of a pair, that `takeOffered` gives: none while `least` are offered. A range that is small has no
   * ports to offer.
   */
  async offer(least = OFFERED_PAIRS): Promise<number[]> {
    const enough = this.#offered.size >= least || this.#count < LEAST_PAIRS_TO_OFFER;
    if (this.#offering || enough) return [];
    this.#offering = true;
    const ports: number[] = [];
    while (!this.#closed && this.#offered.size < OFFERED_PAIRS) {
      // Who finds none offered asks for one, and is told why there is none.
      const pair = await this.#next().catch(() => undefined);
      if (!pair) break;
      this.#offered.set(pair.rtpPort, pair);
      ports.push(pair.rtpPort);
    }
    this.#offering = false;
    return ports;
  }

  /** The pair of a port that was offered. @throws Error when it was not. */
  takeOffered(rtpPort: number): SocketPair {
    const pair = this.#offered.get(rtpPort);
    if (!pair) throw new Error(`port ${rtpPort} was not offered`);
    this.#offered.delete(rtpPort);
    return pair;
  }

  /** Whether the port is of one of the pairs that are bound. */
  owns(port: number): boolean {
    return this.#used.has(port & ~1);
  }

  /** The call of the pair has ended: its ports rest. */
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

  /** Closes those that nobody has needed. */
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

  /** Something came for an ended call. Who does not stop is not listened to, and is not the next call's trouble. */
  #disturbed(resting: RestingPair): void {
    if (this.#options.now() - resting.since < LAST_PACKETS_MS) return;
    const index = this.#rested.indexOf(resting);
    if (index < 0) return;
    this.#rested.splice(index, 1);
    this.#close(resting.pair);
  }

  /** A pair that has rested, else one that is bound anew. Undefined when no port is free. */
  async #next(): Promise<SocketPair | undefined> {
    // What has come to those that rest says which of them are to be left alone.
    this.#options.batch?.receive();
    return this.#takeRested() ?? this.#bindNext();
  }

  /** Any one of those that have rested for long enough: as `#bindNext`, whose comment says why. */
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
   * A pair of the range that can be bound, any one: whoever sees one port must not know the next (RFC 6056), and two
   * runtimes of one machine do not compete for the first ports.
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

  /** A bound socket, or undefined when somebody else has the port. */
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
        // A packet that cannot be sent is a lost packet; the stream goes on.
        socket.on('error', () => {});
        resolve(socket);
      });
    });
  }
}
