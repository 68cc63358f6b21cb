import dgram from 'node:dgram';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '#platform';
import { ScriptedClock } from '#testkit';
import { checkSipPort } from './bind-sockets.ts';
import { startSipEdge } from './start-sip-edge.ts';
import { type EdgeUnderTest, edgeUnderTest, FakeLegMedia } from './testing/edge-under-test.ts';
import { OFFER, offerOf, RawPhone, toTagOf } from './testing/raw-phone.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(...args: Parameters<typeof edgeUnderTest>): Promise<EdgeUnderTest> {
  const under = await edgeUnderTest(...args);
  closers.push(() => under.edge.close(0));
  return under;
}

async function dial(under: EdgeUnderTest, transport: 'udp' | 'tcp' = 'udp'): Promise<RawPhone> {
  const phone = await RawPhone[transport](under.edge.port);
  closers.push(() => phone.close());
  return phone;
}

/** Establishes a call and returns the To tag. */
async function talk(phone: RawPhone, body = OFFER): Promise<string> {
  phone.request('INVITE', { body });
  const toTag = toTagOf(await phone.next(/200/));
  phone.request('ACK', { toTag });
  return toTag;
}

describe.each(['udp', 'tcp'] as const)('a call over %s', (transport) => {
  it('A call gets 180 and 200 until its caller ends it', async () => {
    const under = await start();
    const phone = await dial(under, transport);
    phone.request('INVITE', { body: OFFER, headers: ['X-Room: 7', 'User-to-User: 00;encoding=hex'] });
    await phone.next(/180/);
    const ok = await phone.next(/200/);
    expect(ok).toContain(`Contact: <sip:127.0.0.1:${under.edge.port}`);
    expect(ok).toContain('m=audio 20002 RTP/AVP 0 101');
    const toTag = toTagOf(ok);
    phone.request('ACK', { toTag });
    await under.until(/answered/);
    expect(under.edge.legs).toBe(1);
    expect(under.arrived[0]).toMatchObject({
      from: '+15557770001',
      to: '+15551230000',
      transport,
      sipHeaders: { 'X-Room': '7', 'User-to-User': '00;encoding=hex' },
      source: { address: '127.0.0.1' },
    });
    expect(under.media.remotes).toMatchObject([
      {
        address: '127.0.0.1',
        rtpPort: 6000,
        rtcpPort: 6001,
        codec: 'PCMU',
        payloadType: 0,
        dtmfPayloadType: 101,
        direction: 'sendrecv',
      },
    ]);
    phone.request('BYE', { toTag, cseq: 2 });
    await phone.next(/200/);
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', 'answered', 'ended 0 far']);
    expect(under.media.open.size).toBe(0);
    expect(under.edge.legs).toBe(0);
  });

  it('Hanging up sends one BYE and accepts its answer', async () => {
    const under = await start();
    const phone = await dial(under, transport);
    await talk(phone);
    await under.until(/answered/);
    under.edge.hangUp(under.arrived[0]!.legId, 0);
    under.edge.hangUp(under.arrived[0]!.legId, 0);
    const bye = await phone.next(/^BYE/);
    phone.respond(bye, '200 OK');
    await under.until(/ended/);
    await under.edge.close(2_000);
    expect(under.events).toEqual(['arrived', 'answered', 'ended 0 us']);
    expect(under.media.told).toEqual(['open', 'connect', 'close']);
  });

  it('A call that its caller cancels while it rings gets 487', async () => {
    const under = await start();
    under.setOnArrived((edge, leg) => edge.ring(leg.legId));
    const phone = await dial(under, transport);
    const branch = phone.request('INVITE', { body: OFFER });
    await phone.next(/180/);
    phone.request('CANCEL', { branch });
    const refused = await phone.next(/487/);
    phone.request('ACK', { branch, toTag: toTagOf(refused) });
    await phone.next(/200/);
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', 'ended 487 far']);
    expect(under.media.open.size).toBe(0);
  });
});

describe('early media', () => {
  it('A 183 has the description that the 200 repeats', async () => {
    const under = await start();
    under.setOnArrived((edge, leg) => {
      edge.ring(leg.legId);
      edge.openEarlyMedia(leg.legId);
    });
    const phone = await dial(under);
    phone.request('INVITE', { body: OFFER });
    const bodyOf = (message: string) => message.split('\r\n\r\n')[1];
    const early = await phone.next(/ 183 /);
    expect(bodyOf(early)).toContain('m=audio');
    expect(under.media.remotes).toHaveLength(1);
    under.edge.openEarlyMedia(under.arrived[0]!.legId);
    under.edge.answer(under.arrived[0]!.legId);
    expect(bodyOf(await phone.next(/ 200 /))).toBe(bodyOf(early));
    expect(under.events).toEqual(['arrived']);
  });

  it('A caller with a late offer hears only ringing', async () => {
    const under = await start();
    under.setOnArrived((edge, leg) => {
      edge.openEarlyMedia(leg.legId);
      edge.ring(leg.legId);
    });
    const phone = await dial(under);
    phone.request('INVITE', {});
    await phone.next(/ 180 /);
    expect(phone.heard.filter((message) => / 183 /.test(message))).toEqual([]);
    expect(under.media.remotes).toEqual([]);
  });
});

describe('refusals', () => {
  it.each([
    [404, '404 Not Found'],
    [0, '480 Temporarily Unavailable'],
    [200, '480 Temporarily Unavailable'],
    [603, '603 Decline'],
  ])('hangUp(%i) before the answer refuses with %s', async (code, line) => {
    const under = await start();
    under.setOnArrived((edge, leg) => edge.hangUp(leg.legId, code));
    const phone = await dial(under);
    phone.request('INVITE', { body: OFFER });
    expect(await phone.next(/[4-6]\d\d/)).toContain(`SIP/2.0 ${line}`);
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', `ended ${line.slice(0, 3)} us`]);
  });

  it('An offer without a common codec gets 488, a broken one 400', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE', { body: offerOf('m=audio 6000 RTP/AVP 18'), callId: 'a' });
    expect(await phone.next(/488/)).toMatch(/Warning: 305 127\.0\.0\.1 "neither PCMU nor PCMA/);
    const secure = offerOf('m=audio 6000 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x');
    phone.request('INVITE', { body: secure, callId: 'c' });
    expect(await phone.next(/488/)).toMatch(
      /Warning: 302 127\.0\.0\.1 "[^"]*RTP\/SAVP only: switch SRTP off/,
    );
    phone.request('INVITE', { body: 'nonsense', callId: 'b' });
    await phone.next(/400/);
    expect(under.events).toEqual([]);
    expect(under.media.told).toEqual([]);
    expect(under.edge.legs).toBe(0);
  });

  it('Calls beyond maxLegs get 503 with Retry-After until one ends', async () => {
    const under = await start({ maxLegs: 1 });
    const phone = await dial(under);
    const toTag = await talk(phone);
    phone.request('INVITE', { body: OFFER, callId: 'second' });
    expect(await phone.next(/503/)).toMatch(/Retry-After: \d/);
    phone.request('BYE', { toTag, cseq: 2 });
    await phone.next(/200/);
    phone.request('INVITE', { body: OFFER, callId: 'third' });
    await phone.next(/200/);
  });

  it('A flood of INVITEs gets 503 beyond the burst', async () => {
    const under = await start({ limits: { inviteBurst: 2, invitesPerSecond: 0.001, sourceShare: 1 } });
    const phone = await dial(under);
    for (const callId of ['a', 'b', 'c']) phone.request('INVITE', { body: OFFER, callId });
    expect(await phone.next(/503/)).toContain('Call-ID: c');
  });

  it('A call without a media port gets 503 and is counted', async () => {
    const under = await start();
    under.media.fails = true;
    const phone = await dial(under);
    phone.request('INVITE', { body: OFFER });
    const answer = await phone.next(/503/);
    expect(answer).toMatch(/^Retry-After: 5\r$/m);
    expect(answer).toMatch(/^Warning: 399 \S+ "no port is free for sound"\r$/m);
    expect(under.events).toEqual(['refused: no port is free']);
    expect(under.edge.legs).toBe(0);
  });

  it('A call cancelled while its ports open leaves no port', async () => {
    const under = await start();
    let release = () => {};
    under.media.gate = new Promise((resolve) => {
      release = resolve;
    });
    const phone = await dial(under);
    const branch = phone.request('INVITE', { body: OFFER });
    await phone.next(/100/);
    phone.request('CANCEL', { branch });
    await phone.next(/487/);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(under.media.told).toEqual(['open', 'close']);
    expect(under.events).toEqual([]);
  });
});

describe('during a call', () => {
  it('A re-INVITE holds and resumes with another address and codec', async () => {
    const under = await start();
    const phone = await dial(under);
    const toTag = await talk(phone);
    phone.request('INVITE', { toTag, cseq: 2, body: offerOf('m=audio 6000 RTP/AVP 0', 'a=sendonly') });
    expect(await phone.next(/200/)).toContain('a=recvonly');
    phone.request('ACK', { toTag, cseq: 2 });
    phone.request('UPDATE', {
      toTag,
      cseq: 3,
      body: offerOf('m=audio 7000 RTP/AVP 8', 'c=IN IP4 127.0.0.2'),
    });
    expect(await phone.next(/200/)).toContain('a=rtpmap:8 PCMA/8000');
    expect(under.media.remotes.slice(1)).toMatchObject([
      { rtpPort: 6000, direction: 'recvonly' },
      { address: '127.0.0.2', rtpPort: 7000, codec: 'PCMA', direction: 'sendrecv' },
    ]);
    phone.request('INVITE', { toTag, cseq: 4, body: offerOf('m=audio 6000 RTP/AVP 0', 'c=IN IP4 0.0.0.0') });
    await phone.next(/200/);
    expect(under.media.remotes[3]).toMatchObject({ address: '127.0.0.2', direction: 'recvonly' });
    expect(under.events).toEqual(['arrived', 'answered']);
  });

  it('A re-INVITE that cannot be served is refused; the call continues', async () => {
    const under = await start();
    const phone = await dial(under);
    const toTag = await talk(phone);
    phone.request('INVITE', { toTag, cseq: 2, body: offerOf('m=audio 6000 RTP/AVP 18') });
    await phone.next(/488/);
    expect(under.edge.legs).toBe(1);
    expect(under.media.remotes).toHaveLength(1);
  });

  it('An INFO key counts once in both forms; nonsense is refused', async () => {
    const under = await start();
    const phone = await dial(under);
    const toTag = await talk(phone);
    const relay = { toTag, contentType: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=160\r\n' };
    phone.request('INFO', { ...relay, cseq: 2, branch: 'z9hG4bK-same' });
    await phone.next(/200/);
    phone.request('INFO', { ...relay, cseq: 2, branch: 'z9hG4bK-same' });
    await phone.next(/200/);
    phone.request('INFO', { toTag, cseq: 3, contentType: 'application/dtmf', body: '#' });
    await phone.next(/200/);
    phone.request('INFO', { ...relay, cseq: 4, body: 'Signal=horse' });
    await phone.next(/400/);
    expect(under.events).toEqual(['arrived', 'answered', 'digit 5', 'digit #']);
  });

  it('A late offer comes in the 200, its answer in the ACK', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE');
    const ok = await phone.next(/200/);
    expect(ok).toContain('m=audio 20002 RTP/AVP 0 8 101');
    expect(under.events).toEqual(['arrived']);
    phone.request('ACK', { toTag: toTagOf(ok), body: offerOf('m=audio 6000 RTP/AVP 8') });
    await under.until(/answered/);
    expect(under.media.remotes).toMatchObject([{ codec: 'PCMA', rtpPort: 6000 }]);
  });

  it('A late offer without an answer ends as a fault with BYE', async () => {
    const under = await start();
    const phone = await dial(under);
    phone.request('INVITE');
    phone.request('ACK', { toTag: toTagOf(await phone.next(/200/)) });
    await phone.next(/^BYE/);
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', 'ended 488 fault']);
  });

  it('A call survives its TCP connection, and its BYE opens another', async () => {
    const under = await start();
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const phone = await RawPhone.tcp(under.edge.port, (server.address() as net.AddressInfo).port);
    await talk(phone);
    await under.until(/answered/);
    await phone.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // After a pause, timers run before the pending socket events.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(under.edge.legs).toBe(1);
    const heard = new Promise<string>((resolve) => {
      server.once('connection', (socket) => {
        closers.push(async () => socket.destroy());
        socket.once('data', (bytes) => resolve(bytes.toString()));
      });
    });
    under.edge.hangUp(under.arrived[0]!.legId, 0);
    expect(await heard).toMatch(/^BYE sip:\+15557770001@127\.0\.0\.1/);
  });
});

describe('endings caused by timers (scripted clock)', () => {
  it('A leg ends with BYE if no ACK comes within 64*T1', async () => {
    const clock = new ScriptedClock();
    const under = await start({}, clock);
    const phone = await dial(under);
    phone.request('INVITE', { body: OFFER });
    await phone.next(/200/);
    clock.advance(500);
    await phone.next(/200/);
    clock.advance(32_000);
    await phone.next(/^BYE/);
    await under.until(/ended/);
    expect(under.events).toEqual(['arrived', 'ended 408 fault']);
    // Nor was any media sent to the address in the offer.
    expect(under.media.remotes).toEqual([]);
    // Timer F of the BYE ends; after that no timer is left.
    clock.advance(64_000);
    expect(clock.pending).toBe(0);
  });
});

describe('strangers', () => {
  it('No sequence of bytes harms the edge, by UDP or TCP', async () => {
    const under = await start();
    const phone = await dial(under);
    const junk = ['', '\r\n\r\n', '\0'.repeat(200), 'INVITE sip:x SIP/2.0\r\n\r\n', 'x'.repeat(60_000)];
    for (const text of [...junk, 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\n\r\n']) {
      phone.raw(text);
      const stream = await RawPhone.tcp(under.edge.port);
      stream.raw(`${text}\r\n\r\n`);
      closers.push(() => stream.close());
    }
    phone.request('OPTIONS', { headers: ['Content-Length: 5'] });
    expect(await phone.next(/400/)).toContain('400 Bad Request (two content-length');
    // The Via asks for a response to port 0.
    phone.raw(
      'OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:0;branch=z9hG4bK0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 0\r\nCSeq: 1 OPTIONS\r\n\r\n',
    );
    phone.request('OPTIONS');
    await phone.next(/200/);
  });

  it('Keep-alives are answered; a connection that cannot be framed closes', async () => {
    const under = await start();
    const phone = await dial(under, 'tcp');
    phone.raw('\r\n\r\n');
    expect(await phone.next(/^$/)).toBe('\r\n');
    phone.raw(
      'OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: 0\r\nCSeq: 1 OPTIONS\r\n\r\n',
    );
    expect(await phone.next(/400/)).toContain('Content-Length');
    await phone.next(/closed/);
  });

  it.each([
    70_000, 999_999_999,
  ])('A message of %d bytes is answered before its connection closes', async (length) => {
    const under = await start();
    const phone = await dial(under, 'tcp');
    phone.raw(
      [
        ...['OPTIONS sip:x@y SIP/2.0', 'Via: SIP/2.0/TCP h;branch=z9hG4bK1', 'From: <sip:a@b>;tag=1'],
        ...[
          'To: <sip:b@c>',
          'Call-ID: 1',
          'CSeq: 1 OPTIONS',
          `Content-Length: ${length}`,
          '',
          'x'.repeat(70_000),
        ],
      ].join('\r\n'),
    );
    const answer = await phone.next(/^SIP\/2\.0 513 /);
    expect(answer).toMatch(
      new RegExp(`^Warning: 399 \\S+ "a body of ${length} bytes; at most \\d+ are read"\r$`, 'm'),
    );
    await phone.next(/closed/);
  });

  it('Silent and excess connections are closed, but not one with a call', async () => {
    const clock = new ScriptedClock();
    const under = await start({ limits: { connections: 2 } }, clock);
    const calling = await dial(under, 'tcp');
    await talk(calling);
    const silent = await dial(under, 'tcp');
    const third = await dial(under, 'tcp');
    await third.next(/closed/);
    clock.advance(400_000);
    await silent.next(/closed/);
    expect(calling.heard).not.toContain('closed');
  });
});

describe('the port', () => {
  it('The error about a port in use names port and option', async () => {
    const taken = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => taken.close(() => resolve())));
    const port = taken.address().port;
    await expect(edgeUnderTest({ port })).rejects.toThrow(new RegExp(`${port}.*in use.*--sip-port`));
    await expect(checkSipPort('127.0.0.1', port)).rejects.toThrow(new RegExp(`${port}.*in use.*--sip-port`));
  });

  it('The error about an address of another machine says so', async () => {
    await expect(edgeUnderTest({ address: '192.0.2.1' })).rejects.toThrow(/not an address of this machine/);
  });

  it('Phones get the advertised address rather than the wildcard', async () => {
    const edge = await startSipEdge(
      { address: '0.0.0.0', port: 0, advertisedAddress: '127.0.0.1' },
      {
        media: new FakeLegMedia(),
        clock: systemClock,
        ids: systemIds,
        log: silentLog,
      },
    );
    const nothing = { onLegArrived() {}, onLegRinging() {}, onLegEarlyMedia() {}, onLegAnswered() {} };
    edge.observe({ ...nothing, onLegEnded() {}, onDigit() {} });
    closers.push(() => edge.close(0));
    const phone = await RawPhone.udp(edge.port);
    closers.push(() => phone.close());
    phone.request('OPTIONS');
    expect(await phone.next(/200/)).toContain(`Contact: <sip:127.0.0.1:${edge.port}>`);
  });
});

describe('closing', () => {
  it('Closing hangs up and refuses every call first', async () => {
    const under = await start();
    const up = await dial(under);
    await talk(up);
    await under.until(/answered/);
    under.setOnArrived((edge, leg) => edge.ring(leg.legId));
    const ringing = await dial(under);
    const branch = ringing.request('INVITE', { body: OFFER });
    await ringing.next(/180/);
    const closed = under.edge.close(5_000);
    expect(under.edge.close()).toBeInstanceOf(Promise);
    const late = await dial(under);
    late.request('INVITE', { body: OFFER });
    expect(await late.next(/503/)).toContain('Retry-After');
    ringing.request('ACK', { branch, toTag: toTagOf(await ringing.next(/503/)) });
    up.respond(await up.next(/^BYE/), '200 OK');
    await closed;
    expect(under.events.filter((event) => event.startsWith('ended')).sort()).toEqual([
      'ended 0 us',
      'ended 503 us',
    ]);
    expect(under.media.open.size).toBe(0);
    expect(under.edge.legs).toBe(0);
  });

  it('Closing waits no longer than requested', async () => {
    const clock = new ScriptedClock();
    const under = await start({}, clock);
    const phone = await dial(under);
    await talk(phone);
    await under.until(/answered/);
    const closed = under.edge.close(1_000);
    await phone.next(/^BYE/);
    clock.advance(1_000);
    await closed;
  });
});
