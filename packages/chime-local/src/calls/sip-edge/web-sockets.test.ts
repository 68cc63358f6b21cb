import { randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ScriptedClock } from '#testkit';
import { type EdgeUnderTest, edgeUnderTest } from './testing/edge-under-test.ts';
import { browserOffer, OFFER, RawPhone, toTagOf } from './testing/raw-phone.ts';
import { webServerOf } from './testing/web-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Web extends EdgeUnderTest {
  webPort: number;
  connections(): number;
}

async function start(...args: Parameters<typeof edgeUnderTest>): Promise<Web> {
  const under = await edgeUnderTest(...args);
  closers.push(() => under.edge.close(0));
  const server = await webServerOf(under.edge);
  closers.push(() => server.close());
  return { ...under, webPort: server.port, connections: () => server.connections() };
}

async function dial(under: Web): Promise<RawPhone> {
  const phone = await RawPhone.ws(under.webPort);
  closers.push(() => phone.close());
  return phone;
}

/** Establishes a call and returns the To tag. */
async function talk(phone: RawPhone, body = browserOffer()): Promise<string> {
  phone.request('INVITE', { body });
  const toTag = toTagOf(await phone.next(/200/));
  phone.request('ACK', { toTag });
  return toTag;
}

/** The server's response to an upgrade with these sub-protocols. */
function refusal(port: number, protocols: string[], headers = {}): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, protocols, { headers });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('open', () => resolve(`open ${socket.protocol}`));
    socket.on('unexpected-response', (_request, response) => {
      response.on('data', (body) => resolve(`${response.statusCode} ${String(body).trim()}`));
    });
  });
}

describe('a call over a WebSocket', () => {
  it("A page's call gets WebRTC media and the web server as Contact", async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE', { body: browserOffer() });
    const ok = await phone.next(/200/);
    expect(ok).toContain(`Contact: <sip:127.0.0.1:${under.webPort};transport=ws>`);
    expect(ok.match(/^Via: .*$/gm)).toHaveLength(1);
    expect(ok).toMatch(/^Via: SIP\/2\.0\/WS x\d+\.invalid;branch=z9hG4bK[-\w]+;rport\r$/m);
    expect(ok).toMatch(/m=audio 20002 UDP\/TLS\/RTP\/SAVPF 111 110\r/);
    expect(ok).toContain('a=ice-lite');
    phone.request('ACK', { toTag: toTagOf(ok) });
    await under.until(/answered/);
    expect(under.arrived[0]).toMatchObject({ transport: 'ws', from: '+15557770001' });
    expect(under.media.kinds).toEqual([{ transport: 'webrtc', band: 'narrow' }]);
    expect(under.media.remotes).toMatchObject([
      { codec: 'opus', payloadType: 111, dtmfPayloadType: 110, webRtc: { iceUfrag: 'them' } },
    ]);
  });

  it('A page that lists PCMU first gets PCMU', async () => {
    const under = await start();
    await talk(await dial(under), browserOffer('0 111 126 110'));
    expect(under.media.remotes).toMatchObject([{ codec: 'PCMU', payloadType: 0, dtmfPayloadType: 126 }]);
  });

  it('Hold, an ICE restart and BYE work over the WebSocket', async () => {
    const under = await start();
    const phone = await dial(under);
    const toTag = await talk(phone);
    const held = browserOffer().replace('a=sendrecv', 'a=sendonly').replace('ufrag:them', 'ufrag:anew');
    phone.request('INVITE', { toTag, cseq: 2, body: held });
    expect(await phone.next(/200/)).toContain('a=recvonly');
    phone.request('ACK', { toTag, cseq: 2 });
    expect(under.media.remotes[1]).toMatchObject({ direction: 'recvonly', webRtc: { iceUfrag: 'anew' } });
    under.edge.hangUp(under.arrived[0]!.legId, 0);
    const bye = await phone.next(/^BYE sip:\+15557770001@x\d+\.invalid/);
    expect(bye).toContain(`Via: SIP/2.0/WS 127.0.0.1:${under.webPort};`);
    phone.respond(bye, '200 OK');
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', 'answered', 'ended 0 us']);
  });

  it('An offer decides the kind of media, whatever its transport', async () => {
    const under = await start();
    await talk(await dial(under), OFFER);
    const desk = await RawPhone.udp(under.edge.port);
    closers.push(() => desk.close());
    await talk(desk, browserOffer());
    expect(under.media.kinds.map(({ transport }) => transport)).toEqual(['rtp', 'webrtc']);
  });

  it('A late offer over a WebSocket is answered with a WebRTC offer', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE');
    const ok = await phone.next(/200/);
    expect(ok).toMatch(/m=audio 20002 UDP\/TLS\/RTP\/SAVPF 0 111 8 /);
    phone.request('ACK', { toTag: toTagOf(ok), body: browserOffer('0 126', 'active') });
    await under.until(/answered/);
    expect(under.media.remotes).toMatchObject([{ codec: 'PCMU' }]);
  });

  it('A WebRTC offer without a usable codec gets 488 with the reason', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE', { body: browserOffer('110 126') });
    expect(await phone.next(/488/)).toMatch(/Warning: 305 127\.0\.0\.1 "none of PCMU, opus, PCMA/);
    phone.request('INVITE', { callId: 'again', body: browserOffer().replace('a=rtcp-mux', 'a=x') });
    expect(await phone.next(/488/)).toContain('Warning');
  });

  it.each([
    ['while it rings', false, ['arrived', 'ended 408 fault']],
    ['during the call', true, ['arrived', 'answered', 'ended 408 fault']],
  ])('A leg ends at once when its socket is cut %s', async (_name, up, events) => {
    const under = await start();
    const phone = await dial(under);
    if (up) {
      await talk(phone);
    } else {
      under.setOnArrived((edge, leg) => edge.ring(leg.legId));
      phone.request('INVITE', { body: browserOffer() });
      await phone.next(/180/);
    }
    await phone.close();
    await under.until(/ended/);
    expect(under.events).toEqual(events);
    expect(under.media.open.size).toBe(0);
    expect(under.edge.legs).toBe(0);
  });

  it('Messages come in binary frames, in pieces, without Content-Length', async () => {
    const under = await start();
    const phone = await dial(under);
    const options = (branch: string) =>
      `OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/WS h.invalid;branch=z9hG4bK${branch}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 0\r\nCSeq: 1 OPTIONS\r\n\r\n`;
    phone.webSocket?.send(Buffer.from(options('1')), { binary: true });
    expect(await phone.next(/200/)).toContain('z9hG4bK1');
    phone.webSocket?.send(`\r\n${options('2').slice(0, 50)}`, { fin: false });
    phone.webSocket?.send(options('2').slice(50));
    expect(await phone.next(/200/)).toContain('z9hG4bK2');
  });
});

describe('the upgrade', () => {
  it('The upgrade requires the sub-protocol sip, alone or among others', async () => {
    const under = await start();
    expect(await refusal(under.webPort, [])).toMatch(/^400 .*"sip" must be offered/);
    expect(await refusal(under.webPort, ['chat'])).toMatch(/^400/);
    expect(await refusal(under.webPort, ['chat', 'sip'])).toBe('open sip');
  });

  it('Invalid upgrades are refused, and truncated ones do no harm', async () => {
    const under = await start();
    for (const head of [
      'GET /sip HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
      'GET /sip HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
      'POST /sip HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
    ]) {
      const socket = net.connect(under.webPort, '127.0.0.1');
      closers.push(async () => socket.destroy());
      socket.write(head);
      const answer = await new Promise<string>((resolve) =>
        socket.once('data', (data) => resolve(`${data}`)),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 40[05]/);
    }
    const gone = net.connect(under.webPort, '127.0.0.1');
    gone.end('GET /sip HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    gone.destroy();
    expect((await talk(await dial(under))).length).toBeGreaterThan(0);
  });

  it('A socket beyond the limit gets 503 until another closes', async () => {
    const under = await start({ limits: { webSockets: 2, sourceShare: 1 } });
    const phones = [await dial(under), await dial(under)];
    expect(await refusal(under.webPort, ['sip'])).toMatch(/^503 there are 2/);
    await phones[0]!.close();
    await phones[1]!.register('+15550001111');
    expect(await refusal(under.webPort, ['sip'])).toBe('open sip');
  });

  it('A closing edge refuses upgrades and notifies open sockets', async () => {
    const under = await start();
    const phone = await dial(under);
    const closed = under.edge.close(0);
    expect(await phone.next(/closed/)).toBe('closed 1001');
    await closed;
    expect(await refusal(under.webPort, ['sip'])).toMatch(/^503/);
  });
});

describe('keep-alives and silence', () => {
  it('A double CRLF is answered by a single one, and nothing else', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.raw('');
    phone.raw('\r\n');
    phone.raw('\r\n\r\n');
    phone.request('OPTIONS');
    await phone.next(/200/);
    expect(phone.heard).toEqual(['\r\n']);
  });

  it('A call ends when its far end answers no ping', async () => {
    const clock = new ScriptedClock();
    const under = await start({}, clock);
    const phone = await dial(under);
    await talk(phone);
    await phone.register('+15550001111');
    phone.webSocket?.pause();
    clock.advance(14_999);
    expect(under.edge.legs).toBe(1);
    expect(under.edge.registered()).toEqual(['+15550001111']);
    clock.advance(5_000);
    await under.until(/ended/);
    expect(under.events.at(-1)).toBe('ended 408 fault');
    expect(under.edge.registered()).toEqual([]);
  });

  it('An idle socket stays open only for a call or a registration', async () => {
    const clock = new ScriptedClock();
    const under = await start({}, clock);
    const [calling, registered, idle, silent] = [
      await dial(under),
      await dial(under),
      await dial(under),
      await dial(under),
    ];
    await talk(calling);
    await registered.register('+15550001111');
    idle.request('OPTIONS');
    await idle.next(/200/);
    const pinged = (phone: RawPhone) =>
      new Promise<void>((resolve) => phone.webSocket?.once('ping', () => resolve()));
    for (let passed = 0; passed < 200_000; passed += 5_000) {
      const pings = Promise.all([pinged(calling), pinged(registered)]);
      clock.advance(5_000);
      await pings;
      // Their pongs are on the way; the answers to later requests show that they have arrived.
      calling.request('OPTIONS', { callId: 'probe' });
      registered.request('OPTIONS', { callId: 'probe' });
      await Promise.all([calling.next(/200/), registered.next(/200/)]);
      if (passed === 35_000) expect(await silent.next(/closed/)).toBe('closed 1001');
      if (passed < 180_000 && passed > 0) expect(idle.heard).toEqual([]);
    }
    expect(await idle.next(/closed/)).toBe('closed 1001');
    expect([...calling.heard, ...registered.heard].join()).not.toContain('closed');
  });
});

describe('strangers', () => {
  it("Browsers' calls beyond their budget get 503; telephones' calls do not", async () => {
    const under = await start({ limits: { webRtcLegs: 2 } });
    const phones = [await dial(under), await dial(under), await dial(under)] as const;
    const first = await talk(phones[0]);
    await talk(phones[1]);
    phones[2].request('INVITE', { body: browserOffer() });
    expect(await phones[2].next(/503/)).toContain('Retry-After: 5');
    const desk = await RawPhone.udp(under.edge.port);
    closers.push(() => desk.close());
    await talk(desk, OFFER);
    phones[0].request('BYE', { toTag: first, cseq: 2 });
    await phones[0].next(/200/);
    await talk(await dial(under));
    expect(under.edge.legs).toBe(3);
  });

  it('No frames disturb anyone else; the sender is closed or answered', async () => {
    const under = await start();
    const good = await dial(under);
    await talk(good);
    const frames = [
      Buffer.from([0xc1, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5]),
      Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]),
      Buffer.from([0x88, 0x81, 0, 0, 0, 0, 1]),
      ...Array.from({ length: 30 }, () => randomBytes(400)),
    ];
    for (const bytes of frames) {
      const socket = net.connect(under.webPort, '127.0.0.1');
      closers.push(async () => socket.destroy());
      socket.on('error', () => {});
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET /sip HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: sip\r\n\r\n`,
      );
      socket.write(bytes);
    }
    const texts = [
      'x',
      '\0'.repeat(100),
      'INVITE sip:x SIP/2.0\r\n\r\n',
      'SIP/2.0 200 OK\r\n\r\n',
      '{"a":1}',
    ];
    const odd = await dial(under);
    for (const text of texts) odd.raw(text);
    odd.request('OPTIONS');
    await odd.next(/200/);
    good.request('OPTIONS', { callId: 'still-there' });
    await good.next(/200/);
    expect(under.edge.legs).toBe(1);
  });

  it('A message that is too long closes the connection', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.raw('x'.repeat(66_000));
    expect(await phone.next(/closed/)).toBe('closed 1009');
  });

  it('Too many messages close their connection, and no other', async () => {
    const clock = new ScriptedClock();
    const under = await start({ limits: { webSocketMessageBurst: 20 } }, clock);
    const [loud, pinging, other] = [await dial(under), await dial(under), await dial(under)];
    for (let i = 0; i < 30; i++) loud.raw('x');
    expect(await loud.next(/closed/)).toBe('closed 1008');
    for (let i = 0; i < 30; i++) pinging.webSocket?.ping();
    expect(await pinging.next(/closed/)).toBe('closed 1008');
    other.request('OPTIONS');
    await other.next(/200/);
  });

  it('A client that does not read is disconnected when too much waits', async () => {
    const under = await start({ limits: { unsentBytes: 20_000, webSocketMessageBurst: 100_000 } });
    const phone = await dial(under);
    const socket = phone.webSocket;
    socket?.pause();
    // Each answer repeats the long Via; the buffers of the system fill up first.
    const via = `;x=${'y'.repeat(8_000)}`;
    for (let sent = 0; under.connections() > 0; sent++) {
      expect(sent).toBeLessThan(5_000);
      phone.request('OPTIONS', { branch: `z9hG4bK-${sent}${via}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('A client that sends keep-alives but reads nothing is disconnected', async () => {
    const under = await start({ limits: { unsentBytes: 2_000, webSocketMessageBurst: 100_000 } });
    const deaf = new Duplex({ read() {}, write() {} });
    const request = new IncomingMessage(new net.Socket());
    request.method = 'GET';
    Object.assign(request.headers, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'sip',
    });
    under.edge.acceptWebSocket(request, deaf, Buffer.alloc(0));
    // A text message of two line ends; the answer has four bytes.
    const keepAlive = Buffer.from([0x81, 0x84, 0, 0, 0, 0, 13, 10, 13, 10]);
    for (let sent = 0; !deaf.destroyed; sent++) {
      expect(sent).toBeLessThan(1_000);
      deaf.push(keepAlive);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('A thousand sockets are counted, limited, and gone without a trace', async () => {
    const under = await start({ limits: { webSockets: 990, sourceShare: 1 } });
    const sockets: WebSocket[] = [];
    const outcomes = new Map<string, number>();
    await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${under.webPort}/sip`, 'sip');
        sockets.push(socket);
        const outcome = await new Promise<string>((resolve) => {
          socket.once('open', () => resolve('open'));
          socket.once('error', () => resolve('refused'));
        });
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual({ open: 990, refused: 10 });
    for (const socket of sockets) socket.terminate();
    const phone = await untilRoom(under);
    expect((await phone.register('+15550001111')).split('\r\n', 1)[0]).toBe('SIP/2.0 200 OK');
  });
});

/** Dials until a closed socket has been noticed, which takes a moment. */
async function untilRoom(under: Web): Promise<RawPhone> {
  for (;;) {
    const phone = await dial(under).catch(() => undefined);
    if (phone) return phone;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
