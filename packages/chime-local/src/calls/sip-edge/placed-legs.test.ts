import { afterEach, describe, expect, it } from 'vitest';
import { createServerCertificate } from '#media-edge';
import { ScriptedClock } from '#testkit';
import type { PlacedLeg } from './sip-edge.ts';
import { type EdgeUnderTest, edgeUnderTest } from './testing/edge-under-test.ts';
import { browserOffer, offerOf, RawPhone, toTagOf } from './testing/raw-phone.ts';
import { webServerOf } from './testing/web-server.ts';

const NUMBER = '+15557770001';
const PLACED: PlacedLeg = { legId: 'placed-1', from: '+15550001111', to: NUMBER };
const ANSWER = offerOf('m=audio 6000 RTP/AVP 8 101', 'a=rtpmap:101 telephone-event/8000');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Kind = 'udp' | 'tcp' | 'tls' | 'ws';
const CERTIFICATE = createServerCertificate(['127.0.0.1']);

async function start(
  options: Parameters<typeof edgeUnderTest>[0] = {},
  ...clock: ScriptedClock[]
): Promise<EdgeUnderTest> {
  const under = await edgeUnderTest({ tls: { port: 0, ...CERTIFICATE }, ...options }, ...clock);
  closers.push(() => under.edge.close(0));
  return under;
}

/** Starts a telephone and registers the number. */
async function registered(under: EdgeUnderTest, kind: Kind = 'udp', number = NUMBER): Promise<RawPhone> {
  let port = under.edge.port;
  if (kind === 'ws') {
    const server = await webServerOf(under.edge);
    closers.push(() => server.close());
    port = server.port;
  }
  const phone =
    kind === 'tls'
      ? await RawPhone.tls(under.edge.tlsPort ?? 0, CERTIFICATE.cert)
      : await RawPhone[kind](port);
  closers.push(() => phone.close());
  expect(await phone.register(number)).toMatch(/^SIP\/2\.0 200/);
  return phone;
}

describe.each(['udp', 'tcp', 'tls', 'ws'] as const)('an outgoing call to a telephone over %s', (kind) => {
  const answer = kind === 'ws' ? browserOffer('0 126', 'active') : ANSWER;

  it('The telephone rings once, is answered, sends keys, and hangs up', async () => {
    const under = await start();
    const phone = await registered(under, kind);
    expect(under.edge.registered()).toEqual([NUMBER]);
    under.edge.place({ ...PLACED, sipHeaders: { 'X-Room': '7', Evil: 'x', 'X-Cut': 'a\r\nEvil: x' } });
    const invite = await phone.next(/^INVITE/);
    expect(invite).toMatch(
      kind === 'ws' ? /^INVITE sip:\+15557770001@x\d+\.invalid/ : /^INVITE sip:\+15557770001@127/,
    );
    expect(invite).toContain('From: <sip:+15550001111@127.0.0.1>;tag=');
    expect(invite).toContain(`To: <sip:${NUMBER}@127.0.0.1>\r\n`);
    expect(invite).toContain('X-Room: 7\r\n');
    expect(invite).not.toContain('Evil');
    expect(invite).toContain(kind === 'ws' ? 'UDP/TLS/RTP/SAVPF 0 111 8 ' : 'RTP/AVP 0 8 101');
    phone.respond(invite, '180 Ringing', { toTag: 'them' });
    phone.respond(invite, '183 Session Progress', { toTag: 'them' });
    phone.respond(invite, '200 OK', { toTag: 'them', body: answer });
    await phone.next(/^ACK/);
    await under.until(/answered/);
    expect(under.media.remotes).toMatchObject([
      kind === 'ws'
        ? { codec: 'PCMU', dtmfPayloadType: 126, webRtc: { iceUfrag: 'them' } }
        : { codec: 'PCMA', rtpPort: 6000, dtmfPayloadType: 101 },
    ]);
    const dialog = {
      from: `From: <sip:${NUMBER}@127.0.0.1>;tag=them`,
      to: 'To: <sip:+15550001111@127.0.0.1>',
      toTag: /^From:.*;tag=(\S+)/m.exec(invite)?.[1] ?? '',
      callId: /^Call-ID: (\S+)/m.exec(invite)?.[1] ?? '',
    };
    phone.request('INFO', { ...dialog, body: 'Signal=5\r\n', contentType: 'application/dtmf-relay' });
    await phone.next(/^SIP\/2\.0 200/);
    phone.request('BYE', { ...dialog, cseq: 2 });
    await phone.next(/^SIP\/2\.0 200/);
    await under.until(/ended/);
    expect(under.events).toEqual(['ringing', 'answered', 'digit 5', 'ended 0 far']);
    expect(under.media.told).toEqual(['open', 'connect', 'close']);
    expect(under.edge.legs).toBe(0);
  });

  it('We hang up after the answer', async () => {
    const under = await start();
    const phone = await registered(under, kind);
    under.edge.place(PLACED);
    phone.respond(await phone.next(/^INVITE/), '200 OK', { toTag: 'them', body: answer });
    await under.until(/answered/);
    under.edge.hangUp(PLACED.legId, 0);
    phone.respond(await phone.next(/^BYE/), '200 OK');
    await under.edge.close(2_000);
    expect(under.events).toEqual(['answered', 'ended 0 us']);
  });

  it('An answer that crosses our CANCEL gets an ACK and a BYE', async () => {
    const under = await start();
    const phone = await registered(under, kind);
    under.edge.place(PLACED);
    const invite = await phone.next(/^INVITE/);
    phone.respond(invite, '180 Ringing', { toTag: 'them' });
    await under.until(/ringing/);
    under.edge.hangUp(PLACED.legId, 0);
    phone.respond(await phone.next(/^CANCEL/), '200 OK');
    phone.respond(invite, '200 OK', { toTag: 'them', body: answer });
    await phone.next(/^ACK/);
    phone.respond(await phone.next(/^BYE/), '200 OK');
    expect(under.events).toEqual(['ringing', 'ended 487 us']);
    expect(under.media.open.size).toBe(0);
  });
});

describe('early media', () => {
  it.each([
    '183 Session Progress',
    '200 OK',
  ])('A call by host name hears the host of its %s', async (status) => {
    const under = await start();
    const phone = await RawPhone.udp(under.edge.port);
    closers.push(() => phone.close());
    const target = {
      uri: 'sip:desk@localhost',
      host: 'localhost',
      port: phone.port,
      transport: 'udp',
    } as const;
    under.edge.place({ ...PLACED, target });
    const invite = await phone.next(/^INVITE/);
    // The name in c= gives way to the address of the signalling, too.
    const body = ANSWER.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 desk.example');
    phone.respond(invite, status, { toTag: 'them', body });
    await under.until(/early media|answered/);
    expect(under.media.remotes).toMatchObject([{ address: '127.0.0.1', peer: '127.0.0.1' }]);
  });

  it('Early media comes from where the response says', async () => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    const invite = await phone.next(/^INVITE/);
    const early = (port: number) => offerOf(`m=audio ${port} RTP/AVP 8`);
    phone.respond(invite, '183 Session Progress', { toTag: 'network', body: early(7000) });
    phone.respond(invite, '183 Session Progress', { toTag: 'network', body: early(7000) });
    phone.respond(invite, '200 OK', { toTag: 'them', body: ANSWER });
    await under.until(/answered/);
    expect(under.events).toEqual(['early media', 'ringing', 'answered']);
    expect(under.media.remotes.map(({ rtpPort }) => rtpPort)).toEqual([7000, 7000, 6000]);
  });

  it('Early media with an unknown codec is ignored; the answer counts', async () => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    const invite = await phone.next(/^INVITE/);
    const body = offerOf('m=audio 7000 RTP/AVP 18');
    phone.respond(invite, '183 Session Progress', { toTag: 'them', body });
    phone.respond(invite, '200 OK', { toTag: 'them', body: ANSWER });
    await under.until(/answered/);
    expect(under.events).toEqual(['ringing', 'answered']);
  });
});

describe('outgoing calls that fail', () => {
  it.each([
    ['486 Busy Here', 'ended 486 far'],
    ['302 Moved Temporarily', 'ended 302 far'],
    ['407 Proxy Authentication Required', 'ended 407 far'],
    ['603 Decline', 'ended 603 far'],
  ])('An outgoing call that is answered with %s ends', async (status, event) => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    phone.respond(await phone.next(/^INVITE/), status, { toTag: 'them' });
    await phone.next(/^ACK/);
    await under.until(/ended/);
    expect(under.events).toEqual([event]);
    expect(under.media.open.size).toBe(0);
  });

  it.each([
    ['without a description', ''],
    ['that cannot be read', 'nonsense'],
    ['with another codec', offerOf('m=audio 6000 RTP/AVP 18')],
  ])('An answer %s gets an ACK, then a BYE', async (_name, body) => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    phone.respond(await phone.next(/^INVITE/), '200 OK', { toTag: 'them', body });
    await phone.next(/^ACK/);
    phone.respond(await phone.next(/^BYE/), '200 OK');
    await under.until(/ended/);
    expect(under.events).toEqual(['ended 488 fault']);
    expect(under.media.open.size).toBe(0);
  });

  it('An unregistered number gets 404 and uses no port', async () => {
    const under = await start();
    under.edge.place(PLACED);
    await under.until(/ended 404 fault/);
    const phone = await registered(under);
    await phone.register(NUMBER, { cseq: 2, headers: ['Expires: 0'] });
    under.edge.place({ ...PLACED, legId: 'placed-2' });
    expect(under.edge.legs).toBe(0);
    expect(under.media.told).toEqual([]);
  });

  it('A call without a response ends with 408 after 64*T1', async () => {
    const clock = new ScriptedClock();
    const under = await start({}, clock);
    const phone = await registered(under);
    under.edge.place(PLACED);
    await phone.next(/^INVITE/);
    clock.advance(31_900);
    expect(under.events).toEqual([]);
    clock.advance(200);
    await under.until(/ended/);
    expect(under.events).toEqual(['ended 408 fault']);
  });

  it('Closing the browser ends a ringing call with 503 and unregisters', async () => {
    const under = await start();
    const phone = await registered(under, 'ws');
    under.edge.place(PLACED);
    phone.respond(await phone.next(/^INVITE/), '180 Ringing', { toTag: 'them' });
    await under.until(/ringing/);
    await phone.close();
    await under.until(/ended/);
    expect(under.events).toEqual(['ringing', 'ended 503 fault']);
    expect(under.edge.registered()).toEqual([]);
  });

  it('An outgoing call without a port or free leg gets 503', async () => {
    const under = await start({ maxLegs: 1 });
    const phone = await registered(under);
    under.media.fails = true;
    under.edge.place(PLACED);
    await under.until(/ended 503 fault/);
    under.media.fails = false;
    under.edge.place({ ...PLACED, legId: 'placed-2' });
    under.edge.place({ ...PLACED, legId: 'placed-3' });
    await phone.next(/^INVITE/);
    expect(under.events).toEqual(['ended 503 fault', 'ended 503 fault']);
    expect(under.edge.legs).toBe(1);
  });

  it('A call cancelled while its ports open sends no INVITE', async () => {
    const under = await start();
    const phone = await registered(under);
    let release = () => {};
    under.media.gate = new Promise((resolve) => {
      release = resolve;
    });
    under.edge.place(PLACED);
    under.edge.hangUp(PLACED.legId, 0);
    release();
    await under.until(/ended/);
    await new Promise((resolve) => setImmediate(resolve));
    expect(under.events).toEqual(['ended 487 us']);
    expect(under.media.told).toEqual(['open', 'close']);
    expect(phone.heard).toEqual([]);
  });

  it('Placing the same leg id twice places one call', async () => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    under.edge.place(PLACED);
    await phone.next(/^INVITE/);
    expect(under.edge.legs).toBe(1);
  });

  it('Closing cancels ringing calls and places no new ones', async () => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place(PLACED);
    const invite = await phone.next(/^INVITE/);
    phone.respond(invite, '180 Ringing', { toTag: 'them' });
    await under.until(/ringing/);
    const closed = under.edge.close(5_000);
    under.edge.place({ ...PLACED, legId: 'placed-2' });
    phone.respond(await phone.next(/^CANCEL/), '200 OK');
    phone.respond(invite, '487 Request Terminated', { toTag: 'them' });
    await closed;
    expect(under.events).toEqual(['ringing', 'ended 487 us', 'ended 503 fault']);
    expect(under.edge.registered()).toEqual([]);
  });
});

describe('the numbers of callees and the names of callers', () => {
  it.each([
    ['an extension', '204'],
    ['a name', 'alice'],
    ['a number with separators', '+1 (555) 777-0001', NUMBER],
    ['a number without +', '15557770001', NUMBER],
  ])('%s can be registered', async (_name, user, number = user) => {
    const under = await start();
    await registered(under, 'udp', encodeURIComponent(user).replace('%2B', '+'));
    expect(under.edge.registered()).toEqual([number]);
  });

  it.each(['a-name-that-goes-on-and-on', 'a%20b', '%00', 'é'])('%s cannot be registered', async (user) => {
    const under = await start();
    const phone = await RawPhone.udp(under.edge.port);
    closers.push(() => phone.close());
    expect(await phone.register(user)).toMatch(/^SIP\/2\.0 404 Not Found \(no number/);
    expect(under.edge.registered()).toEqual([]);
  });

  it('An anonymous caller is not named', async () => {
    const under = await start();
    const phone = await registered(under);
    under.edge.place({ ...PLACED, from: 'anonymous' });
    const invite = await phone.next(/^INVITE/);
    expect(invite).toContain('From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=');
    expect(invite).toContain('Privacy: id\r\n');
    expect(toTagOf(invite)).toBe('');
  });

  it('The number stays with the telephone that registered it first', async () => {
    const under = await start();
    const desk = await registered(under, 'udp');
    const other = await RawPhone.udp(under.edge.port);
    closers.push(() => other.close());
    const refused = await other.register(NUMBER);
    expect(refused).toMatch(/^SIP\/2\.0 403 /);
    expect(refused).toMatch(/^Warning: 399 127\.0\.0\.1 "another telephone has registered this number; /m);
    expect(await other.register(NUMBER, { cseq: 2, contact: '*', headers: ['Expires: 0'] })).toMatch(/ 403 /);
    await desk.next(/^OPTIONS /);
    under.edge.place(PLACED);
    await desk.next(/^INVITE/);
  });

  it("The service's own numbers cannot be registered", async () => {
    const under = await start({ registrar: { isReserved: (number) => number === NUMBER } });
    const phone = await RawPhone.udp(under.edge.port);
    closers.push(() => phone.close());
    expect(await phone.register(NUMBER)).toMatch(/^SIP\/2\.0 403 Forbidden \(a number of the service\)/);
    expect(await phone.register('+15557770009', { cseq: 2 })).toMatch(/^SIP\/2\.0 200/);
  });

  it('A second tab is refused the number and may register another', async () => {
    const under = await start();
    await registered(under, 'ws');
    const server = await webServerOf(under.edge);
    closers.push(() => server.close());
    const second = await RawPhone.ws(server.port);
    closers.push(() => second.close());
    expect(await second.register(NUMBER)).toMatch(/^SIP\/2\.0 403 Forbidden \(another telephone has/);
    expect(await second.register('+15557770002', { cseq: 2 })).toMatch(/^SIP\/2\.0 200/);
    expect(under.edge.registered()).toEqual([NUMBER, '+15557770002']);
  });
});
