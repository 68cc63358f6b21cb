import { EventEmitter } from 'node:events';
import { getSystemErrorName } from 'node:util';
import type { DatagramSource, MediaSocket } from './media-socket.ts';

/** The functions of `udp-batch.c`, which describes the records. */
export interface UdpLibrary {
  open(number: number, address: number, port: number, receiveBufferBytes: number): number;
  close(descriptor: number): void;
  receive(bytes: Uint8Array, records: Int32Array): number;
  send(bytes: Uint8Array, records: Int32Array, count: number): void;
}

/** 32-bit numbers per record. */
const FIELDS = 6;
/**
 * The most packets that are read at once, over all sockets: what 2,000 callers send in 20 ms. More stay in
 * the kernel until the next slot, so that a flood cannot keep the thread from sending.
 */
const MOST_RECEIVED = 2_048;
/** Room for that many 20 ms packets of G.711, or for fewer longer ones, bytes. */
const RECEIVED_BYTES = 524_288;
/**
 * The most packets that wait to be sent, and the room for them, bytes: the largest datagram takes a fraction
 * of it.
 */
const MOST_SENT = 1_024;
const SENT_BYTES = 262_144;
/** Packets begin at a multiple of this, bytes. */
const ALIGNMENT = 8;

/**
 * The IPv4 sockets of one thread. What has arrived at them is read when `receive` is called, and what is sent
 * leaves with `flush` at the latest. The thread's loop calls both in each of its slots.
 */
export class UdpBatch {
  readonly #library: UdpLibrary;
  readonly #sockets = new Map<number, UdpBatchSocket>();
  readonly #received = new Uint8Array(RECEIVED_BYTES);
  readonly #receivedRecords = new Int32Array(FIELDS * MOST_RECEIVED);
  readonly #sent = new Uint8Array(SENT_BYTES);
  readonly #sentRecords = new Int32Array(FIELDS * MOST_SENT);
  /**
   * Number of the next socket. No number is used twice: a packet that was read before a socket closed goes to
   * no other socket.
   */
  #number = 0;
  #waiting = 0;
  #waitingBytes = 0;
  readonly #nowMs: () => number;

  /** @param nowMs the time of a steady clock, on which arrival times are based. */
  constructor(library: UdpLibrary, nowMs: () => number) {
    this.#library = library;
    this.#nowMs = nowMs;
  }

  /**
   * Opens a socket bound to that port; undefined if somebody else has the port or we may not use it.
   * @throws Error if the system has no more sockets.
   */
  open(address: string, port: number, receiveBufferBytes: number): MediaSocket | undefined {
    const number = this.#number++;
    const descriptor = this.#library.open(number, numberOf(address), port, receiveBufferBytes);
    if (descriptor < 0) {
      const code = getSystemErrorName(descriptor);
      if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
      throw new Error(`port ${port} of ${address} cannot be bound (${code})`);
    }
    const socket = new UdpBatchSocket({
      send: (bytes, to, toPort) => this.#put(descriptor, bytes, to, toPort),
      close: () => this.#close(number, descriptor),
    });
    this.#sockets.set(number, socket);
    return socket;
  }

  /** Reads what has arrived and passes it to each socket's listeners. */
  receive(): void {
    const records = this.#receivedRecords;
    const count = this.#library.receive(this.#received, records);
    const nowMs = count > 0 ? this.#nowMs() : 0;
    for (let i = 0; i < count * FIELDS; i += FIELDS) {
      const start = records[i + 1]!;
      // A copy: listeners may keep it, and this memory is reused.
      const bytes = Buffer.from(this.#received.subarray(start, start + records[i + 2]!));
      const atMs = nowMs - records[i + 5]! / 1_000;
      this.#sockets.get(records[i]!)?.hear(bytes, records[i + 3]!, records[i + 4]!, atMs);
    }
  }

  /** Sends the waiting packets. */
  flush(): void {
    if (this.#waiting === 0) return;
    const count = this.#waiting;
    this.#waiting = 0;
    this.#waitingBytes = 0;
    this.#library.send(this.#sent, this.#sentRecords, count);
  }

  #put(descriptor: number, bytes: Uint8Array, address: number, port: number): void {
    if (this.#waiting === MOST_SENT || this.#waitingBytes + bytes.length > SENT_BYTES) this.flush();
    const records = this.#sentRecords;
    const at = this.#waiting++ * FIELDS;
    const start = this.#waitingBytes;
    this.#sent.set(bytes, start);
    records[at] = descriptor;
    records[at + 1] = start;
    records[at + 2] = bytes.length;
    records[at + 3] = address;
    records[at + 4] = port;
    this.#waitingBytes = start + Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT;
  }

  #close(number: number, descriptor: number): void {
    // The goodbye may still be waiting to be sent.
    this.flush();
    if (this.#sockets.delete(number)) this.#library.close(descriptor);
  }
}

interface Way {
  send(bytes: Uint8Array, address: number, port: number): void;
  close(): void;
}

class UdpBatchSocket
  extends EventEmitter<{ message: [Buffer, DatagramSource, number] }>
  implements MediaSocket
{
  readonly #way: Way;
  /** The last sender and the last destination: mostly they stay the same for the whole call. */
  #from: DatagramSource = { address: '', port: 0 };
  #fromNumber = 0;
  #to = '';
  #toNumber = 0;

  constructor(way: Way) {
    super();
    this.#way = way;
  }

  hear(bytes: Buffer, address: number, port: number, atMs: number): void {
    if (port !== this.#from.port || address !== this.#fromNumber) {
      this.#fromNumber = address;
      this.#from = { address: addressOf(address), port };
    }
    this.emit('message', bytes, this.#from, atMs);
  }

  send(bytes: Uint8Array, port: number, address: string): void {
    if (address !== this.#to) {
      this.#to = address;
      this.#toNumber = numberOf(address);
    }
    this.#way.send(bytes, this.#toNumber, port);
  }

  close(): void {
    this.#way.close();
  }
}

/** An IPv4 address as a 32-bit number. */
function numberOf(address: string): number {
  let number = 0;
  for (const byte of address.split('.')) number = (number << 8) | Number(byte);
  return number;
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}
