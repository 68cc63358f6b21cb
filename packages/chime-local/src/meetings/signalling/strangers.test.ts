import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ScriptedClock } from '#testkit';
import type { SignallingLimits } from './limits.ts';
import { MeetingClient } from './testing/meeting-client.ts';
import { CLIENT_OFFER, openPretendMeeting, type PretendMeeting } from './testing/pretend-meeting.ts';
import { encodeFrame, FRAME } from './wire/frames.ts';

let meeting: PretendMeeting;
let clock: ScriptedClock;

async function open(limits: Partial<SignallingLimits> = {}): Promise<void> {
  clock = new ScriptedClock();
  meeting = await openPretendMeeting({ clock, limits });
}

afterEach(async () => {
  const closing = meeting.close();
  clock.advance(10_000);
  await closing;
  expect(meeting.edge.connections).toBe(0);
  expect(meeting.media.open.size).toBe(0);
  expect(meeting.logged.join('\n')).not.toMatch(/token|secret|error /);
});

/** The status line of the answer to an upgrade request. */
async function upgrade(headers: Record<string, string>): Promise<string> {
  const socket = connect(meeting.port, '127.0.0.1');
  const lines = Object.entries({
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /control/meeting-1 HTTP/1.1\r\n${lines.join('')}\r\n`);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return bytes.toString().split('\r\n')[0]!;
}

/**
 * Waits until the edge has noticed that sockets are gone, which takes a moment after their far ends have
 * closed.
 */
async function connections(wanted: number): Promise<void> {
  await expect.poll(() => meeting.edge.connections).toBe(wanted);
}

/** A client whose conversation must not be disturbed. */
async function bystander(): Promise<MeetingClient> {
  const client = await MeetingClient.open(meeting.url, 'token-bob');
  client.join();
  await client.take(FRAME.INDEX);
  client.subscribe(CLIENT_OFFER);
  await client.take(FRAME.SUBSCRIBE_ACK);
  meeting.edge.transportUp(meeting.handler.ids.at(-1)!);
  return client;
}

describe('the handshake', () => {
  it.each([
    ['no sub-protocol', {}, '400'],
    ['no token', { 'sec-websocket-protocol': '_aws_wt_session' }, '400'],
    ['another protocol first', { 'sec-websocket-protocol': 'sip, secret' }, '400'],
    ['more than a token', { 'sec-websocket-protocol': '_aws_wt_session, secret, more' }, '400'],
    ['a token that is none', { 'sec-websocket-protocol': '_aws_wt_session, a=b' }, '400'],
    ['a token without end', { 'sec-websocket-protocol': `_aws_wt_session, ${'a'.repeat(513)}` }, '400'],
    ['no key', { 'sec-websocket-protocol': '_aws_wt_session, secret', 'sec-websocket-key': 'x' }, '400'],
    ['a good one', { 'sec-websocket-protocol': '_aws_wt_session, secret' }, '101'],
  ])('An upgrade is accepted or refused by its headers: %s', async (_, headers, status) => {
    await open();
    expect(await upgrade(headers)).toContain(` ${status} `);
  });
});

describe('a wrong token', () => {
  it.each([403, 409] as const)('A wrong token is refused with %i and its socket closed', async (status) => {
    await open();
    meeting.handler.rejection = { status, description: 'no' };
    const client = await MeetingClient.open(meeting.url, 'secret');
    client.join();
    const ack = await client.take(FRAME.JOIN_ACK);
    expect(ack.error).toEqual({ status, description: 'no' });
    expect(ack.joinack).toBeDefined();
    client.subscribe(CLIENT_OFFER);
    client.join();
    await client.settled();
    expect(client.received.filter(({ type }) => type !== FRAME.PING_PONG)).toEqual([]);
    clock.advance(20_000);
    await client.closed();
    expect(meeting.handler.told).toEqual([]);
  });

  it('A token of an ended meeting is closed with 4410', async () => {
    await open();
    meeting.handler.rejection = { status: 410, description: 'ended' };
    const client = await MeetingClient.open(meeting.url, 'secret');
    client.join();
    expect(await client.closed()).toBe(4410);
  });

  it('A wrong content token is refused without affecting its attendee', async () => {
    await open();
    const base = await bystander();
    const content = await MeetingClient.open(meeting.url, 'token-bob#content');
    content.join();
    expect((await content.take(FRAME.JOIN_ACK)).error?.status).toBe(403);
    await base.settled();
    expect(meeting.handler.told).toEqual(['admit bob', 'arrived 0']);
  });
});

describe('messages that end a conversation', () => {
  const frame = encodeFrame({ timestampMs: 1, type: FRAME.JOIN, join: {} });
  const cases: [string, (socket: WebSocket) => void, number][] = [
    ['garbage', (socket) => socket.send(Buffer.from([5, 255, 255, 255])), 4400],
    ['another leading byte', (socket) => socket.send(Buffer.concat([Buffer.of(1), frame.subarray(1)])), 4400],
    ['nothing', (socket) => socket.send(Buffer.alloc(0)), 4400],
    ['text', (socket) => socket.send('hello'), 4400],
    ['a huge frame', (socket) => socket.send(Buffer.alloc(70_000)), 1009],
    [
      'a huge frame in pieces',
      (socket) => {
        for (let i = 0; i < 7; i++) socket.send(Buffer.alloc(10_000), { fin: i === 6 });
      },
      1009,
    ],
    [
      'a frame in a hundred pieces',
      (socket) => {
        for (let i = 0; i < 100; i++) socket.send(Buffer.alloc(1), { fin: i === 99 });
      },
      1008,
    ],
  ];
  it.each(cases)("A bad message ends only its sender's connection: %s", async (_, send, code) => {
    await open();
    const other = await bystander();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    await client.take(FRAME.INDEX);
    send(client.socket);
    expect(await client.closed()).toBe(code);
    expect(meeting.handler.told).toEqual(['admit bob', 'arrived 0', 'admit ann', 'dropped 1']);
    await other.settled();
  });

  it('A compressed frame closes the connection, since compression was refused', async () => {
    await open();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    expect(client.socket.extensions).toBe('');
    // A masked, empty binary frame with RSV1 set.
    const raw = (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
    raw.write(Buffer.from([0xc2, 0x80, 0, 0, 0, 0]));
    expect(await client.closed()).toBe(1002);
  });

  it('An offer that is invalid or unusable is refused with 400', async () => {
    await open();
    for (const offer of ['', 'v=0', CLIENT_OFFER.replace('opus/48000/2', 'vorbis/48000/2')]) {
      const client = await MeetingClient.open(meeting.url, 'token-ann');
      client.join();
      client.subscribe(offer);
      expect((await client.take(FRAME.SUBSCRIBE_ACK)).error?.status).toBe(400);
      expect(meeting.handler.told.at(-1)).toMatch(/^dropped/);
    }
  });

  it('A client is told to try again if no port is free', async () => {
    await open();
    meeting.media.full = 'no free port';
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    client.subscribe(CLIENT_OFFER);
    expect((await client.take(FRAME.AUDIO_STATUS)).audioStatus).toEqual({ audioStatus: 503 });
    expect(meeting.handler.told).toEqual(['admit ann', 'dropped 0']);
  });
});

describe('too much traffic', () => {
  it('A client that sends too many frames is cut off', async () => {
    await open({ frameBurst: 50 });
    const other = await bystander();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    await client.take(FRAME.INDEX);
    for (let i = 0; i < 60; i++) client.mute(i % 2 === 0);
    expect(await client.closed()).toBe(1006);
    await other.settled();
    expect(meeting.handler.told.at(-1)).toBe('dropped 1');
  });

  it('A client that sends too many WebSocket pings is cut off', async () => {
    await open({ frameBurst: 50 });
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    for (let i = 0; i < 60; i++) client.socket.ping();
    expect(await client.closed()).toBe(1006);
  });

  it('A client that sends too many bytes is cut off', async () => {
    await open({ byteBurst: 100_000 });
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    await client.take(FRAME.INDEX);
    for (let i = 0; i < 3; i++) client.say({ topic: 'chat', data: Buffer.alloc(60_000) });
    expect(await client.closed()).toBe(1006);
  });

  it('A client that does not read is cut off', async () => {
    await open({ unsentBytes: 100_000 });
    const other = await bystander();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    client.subscribe(CLIENT_OFFER);
    await client.take(FRAME.SUBSCRIBE_ACK);
    const id = meeting.handler.ids.at(-1)!;
    meeting.edge.transportUp(id);
    client.socket.pause();
    const entries = Array.from({ length: 200 }, (_, i) => ({
      streamId: i + 1,
      attendeeId: 'a'.repeat(36),
      externalUserId: 'x'.repeat(64),
      muted: false,
    }));
    for (let i = 0; i < 1000 && meeting.handler.told.at(-1) !== 'dropped 1'; i++)
      meeting.edge.tellRoster(id, entries);
    expect(meeting.handler.told.at(-1)).toBe('dropped 1');
    client.socket.terminate();
    await other.settled();
  });

  it('A client beyond the limit of clients is refused with 409', async () => {
    await open({ clients: 1 });
    await bystander();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    expect((await client.take(FRAME.JOIN_ACK)).error?.status).toBe(409);
    expect(meeting.handler.told).toEqual(['admit bob', 'arrived 0']);
  });
});

describe('silence', () => {
  it('Sockets that do not join make room, oldest first, and time out', async () => {
    await open({ strangers: 20 });
    const other = await bystander();
    const silent: MeetingClient[] = [];
    for (let i = 0; i < 30; i++) silent.push(await MeetingClient.open(meeting.url, 'secret'));
    for (const client of silent.slice(0, 10)) expect(await client.closed()).toBe(1006);
    expect(meeting.edge.connections).toBe(21);
    const ann = await MeetingClient.open(meeting.url, 'token-ann');
    ann.join();
    await ann.take(FRAME.INDEX);
    clock.advance(11_000);
    for (const client of silent.slice(11)) expect(await client.closed()).toBe(4408);
    await other.settled();
    await connections(2);
  });

  it('A thousand idle sockets stay within the limit and block no client', async () => {
    await open();
    const other = await bystander();
    const silent: MeetingClient[] = [];
    while (silent.length < 1000) {
      const some = Array.from({ length: 100 }, () => MeetingClient.open(meeting.url, 'secret'));
      silent.push(...(await Promise.all(some)));
    }
    const ann = await MeetingClient.open(meeting.url, 'token-ann');
    ann.join();
    await ann.take(FRAME.INDEX);
    await other.settled();
    expect(meeting.edge.connections).toBeLessThanOrEqual(252);
    clock.advance(11_000);
    for (const client of silent) await client.closed();
    await connections(2);
  });

  it('A client whose sound never comes is closed and dropped', async () => {
    await open();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.join();
    client.subscribe(CLIENT_OFFER);
    await client.take(FRAME.SUBSCRIBE_ACK);
    clock.advance(41_000);
    expect(await client.closed()).toBe(4408);
    expect(meeting.handler.told).toEqual(['admit ann', 'dropped 0']);
  });

  it('A socket is cut if its peer does not answer a close', async () => {
    await open();
    const client = await MeetingClient.open(meeting.url, 'token-ann');
    client.socket.pause();
    const socket = new WebSocket(meeting.url, ['_aws_wt_session', 'secret']);
    await once(socket, 'open');
    clock.advance(11_000);
    expect(meeting.edge.connections).toBeGreaterThan(0);
    clock.advance(4000);
    await once(socket, 'close');
    client.socket.resume();
    await client.closed();
    await connections(0);
  });
});
