import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, reservePorts } from '#testkit';
import type { MediaSocket } from './media-socket.ts';
import { UdpBatch, type UdpLibrary } from './udp-batch.ts';
import { loadUdpLibrary, prepareUdpLibrary } from './udp-library.ts';

const ADDRESS = '127.0.0.1';
const RECEIVE_BUFFER_BYTES = 262_144;
/** 32-bit numbers per record of the library. */
const FIELDS = 6;
const file = await prepareUdpLibrary();
const library = file === undefined ? undefined : loadUdpLibrary(file);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The far end: one of Node's sockets. */
async function farEnd(): Promise<{ socket: Socket; port: number; heard: [string, number][] }> {
  const socket = createSocket('udp4').bind(0, ADDRESS);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  const heard: [string, number][] = [];
  socket.on('message', (bytes, from) => heard.push([bytes.toString(), from.port]));
  return { socket, port: socket.address().port, heard };
}

interface Line {
  socket: MediaSocket;
  port: number;
  heard: [string, string, number][];
}

async function open(batch: UdpBatch): Promise<Line> {
  const port = await reservePorts();
  const socket = batch.open(ADDRESS, port, RECEIVE_BUFFER_BYTES);
  if (!socket) throw new Error(`port ${port} was free and is not`);
  closers.push(() => socket.close());
  const heard: [string, string, number][] = [];
  socket.on('message', (bytes, from) => heard.push([bytes.toString(), from.address, from.port]));
  return { socket, port, heard };
}

/** Sends the datagram and waits until it must have arrived: the loopback keeps the order. */
async function send(from: Socket, port: number, text: string | Buffer): Promise<void> {
  await new Promise<void>((resolve) => from.send(text, port, ADDRESS, () => resolve()));
}

describe.skipIf(!library)('a batch of sockets', () => {
  it('Each socket gets its datagrams and their senders', async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const [one, other] = [await open(batch), await open(batch)];
    const phone = await farEnd();
    await send(phone.socket, one.port, 'first');
    await send(phone.socket, other.port, 'second');
    await send(phone.socket, one.port, 'third');
    expect(one.heard).toEqual([]);
    batch.receive();
    expect(one.heard).toEqual([
      ['first', ADDRESS, phone.port],
      ['third', ADDRESS, phone.port],
    ]);
    expect(other.heard).toEqual([['second', ADDRESS, phone.port]]);
  });

  it("A packet's arrival at the kernel is reported, not its reading", async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const phone = await farEnd();
    const arrivals: number[] = [];
    line.socket.on('message', (_bytes, _from, atMs) => arrivals.push(atMs as number));
    // The kernel begins to record times a moment after it was asked to; until then it reports when a packet
    // was read.
    await eventually('a packet that is older than its reading', async () => {
      const before = performance.now();
      await send(phone.socket, line.port, 'voice');
      const sent = performance.now();
      await eventually('some time has passed', () => performance.now() - sent > 30);
      batch.receive();
      const atMs = arrivals.at(-1)!;
      expect(atMs).toBeGreaterThanOrEqual(before - 1);
      return atMs <= sent + 1;
    });
  });

  it('Each packet has memory of its own', async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const phone = await farEnd();
    const packets: Buffer[] = [];
    line.socket.on('message', (bytes) => packets.push(bytes));
    await send(phone.socket, line.port, 'aaaa');
    batch.receive();
    await send(phone.socket, line.port, 'bbbb');
    batch.receive();
    expect(packets.map(String)).toEqual(['aaaa', 'bbbb']);
  });

  it("A flood to one socket does not delay another's packets", async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const [flooded, quiet] = [await open(batch), await open(batch)];
    const stranger = await farEnd();
    for (let n = 0; n < 100; n++) await send(stranger.socket, flooded.port, 'flood');
    await send(stranger.socket, quiet.port, 'voice');
    const order: string[] = [];
    for (const { socket } of [flooded, quiet]) socket.on('message', (bytes) => order.push(bytes.toString()));
    batch.receive();
    expect(order.indexOf('voice')).toBeLessThan(2);
    expect(order).toHaveLength(101);
  });

  it("Waiting packets leave with the next flush, from the socket's own port", async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const [one, other] = [await farEnd(), await farEnd()];
    const packet = Buffer.from('one');
    line.socket.send(packet, one.port, ADDRESS);
    packet.fill(0);
    line.socket.send(Buffer.from('two'), other.port, ADDRESS);
    // This datagram cannot be sent; the others must be sent nevertheless.
    line.socket.send(Buffer.from('three'), 0, ADDRESS);
    batch.flush();
    await eventually(() => one.heard.length > 0 && other.heard.length > 0);
    expect([one.heard, other.heard]).toEqual([[['one', line.port]], [['two', line.port]]]);
  });

  it('The goodbye of a socket that is closed at once is sent', async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const phone = await farEnd();
    line.socket.send(Buffer.from('goodbye'), phone.port, ADDRESS);
    line.socket.close();
    await eventually(() => phone.heard.length > 0);
    expect(phone.heard).toEqual([['goodbye', line.port]]);
    const again = batch.open(ADDRESS, line.port, RECEIVE_BUFFER_BYTES);
    expect(again).toBeDefined();
    again?.close();
  });

  it('No socket is opened on a port that somebody else has', async () => {
    const phone = await farEnd();
    expect(
      new UdpBatch(library!, () => performance.now()).open(ADDRESS, phone.port, RECEIVE_BUFFER_BYTES),
    ).toBeUndefined();
  });

  it('A datagram longer than any of ours is received as empty', async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const phone = await farEnd();
    await send(phone.socket, line.port, Buffer.alloc(20_000, 'x'));
    await send(phone.socket, line.port, 'voice');
    batch.receive();
    expect(line.heard.map(([text]) => text)).toEqual(['', 'voice']);
  });

  it('A socket that a listener closes receives nothing more', async () => {
    const batch = new UdpBatch(library!, () => performance.now());
    const line = await open(batch);
    const phone = await farEnd();
    await send(phone.socket, line.port, 'one');
    await send(phone.socket, line.port, 'two');
    line.socket.on('message', () => line.socket.close());
    batch.receive();
    expect(line.heard.map(([text]) => text)).toEqual(['one']);
  });

  it.each(['ends', 'dies'])('The sockets of a thread are closed when it %s', async (how) => {
    const port = await reservePorts();
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const library = require(workerData.file);
      const descriptor = library.open(0, 0x7f000001, workerData.port, 4096);
      parentPort.once('message', () => { throw new Error('as asked') });
      parentPort.postMessage(descriptor);`;
    const thread = new Worker(script, { eval: true, workerData: { file, port } });
    const [descriptor] = (await once(thread, 'message')) as [number];
    expect(descriptor).toBeGreaterThan(0);
    const batch = new UdpBatch(library!, () => performance.now());
    expect(batch.open(ADDRESS, port, RECEIVE_BUFFER_BYTES)).toBeUndefined();
    const ended = new Promise((resolve) => thread.on('exit', resolve));
    thread.on('error', () => {});
    if (how === 'ends') await thread.terminate();
    else thread.postMessage('die');
    await ended;
    const again = batch.open(ADDRESS, port, RECEIVE_BUFFER_BYTES);
    expect(again).toBeDefined();
    again?.close();
  });
});

/** A library without a network that records what it is asked to send. */
function pretendLibrary(changes: Partial<UdpLibrary> = {}): { library: UdpLibrary; sent: string[][] } {
  const sent: string[][] = [];
  const send = (bytes: Uint8Array, records: Int32Array, count: number) => {
    const texts = Array.from({ length: count }, (_, i) => {
      const [start = 0, length = 0] = records.subarray(i * FIELDS + 1);
      return Buffer.from(bytes.subarray(start, start + length)).toString();
    });
    sent.push(texts);
  };
  return { library: { open: () => 7, close: () => {}, receive: () => 0, send, ...changes }, sent };
}

describe('a batch of sockets without a network', () => {
  it('Packets are sent early if more gather than there is room', () => {
    const { library, sent } = pretendLibrary();
    const batch = new UdpBatch(library, () => 0);
    const socket = batch.open(ADDRESS, 4000, RECEIVE_BUFFER_BYTES);
    for (let n = 0; n < 1_500; n++) socket?.send(Buffer.from(`packet ${n}`), 5000, ADDRESS);
    batch.flush();
    batch.flush();
    expect(sent.flat()).toEqual(Array.from({ length: 1_500 }, (_, n) => `packet ${n}`));
    expect(sent.map((packets) => packets.length)).toEqual([1_024, 476]);
    for (let n = 0; n < 8; n++) socket?.send(Buffer.alloc(60_000, `${n}`), 5000, ADDRESS);
    batch.flush();
    expect(sent.slice(2).map((packets) => packets.length)).toEqual([4, 4]);
  });

  it('The error says why no port can be bound', () => {
    const { library } = pretendLibrary({ open: () => -24 });
    expect(() => new UdpBatch(library, () => 0).open(ADDRESS, 4000, 0)).toThrow(
      'port 4000 of 127.0.0.1 cannot be bound (EMFILE)',
    );
  });
});

it('A file that is no library for this machine is not loaded', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'udp-library-'));
  closers.push(() => rm(folder, { recursive: true }));
  const damaged = path.join(folder, 'damaged.node');
  writeFileSync(damaged, 'no library');
  expect(loadUdpLibrary(damaged)).toBeUndefined();
  expect(loadUdpLibrary(path.join(folder, 'missing.node'))).toBeUndefined();
});
