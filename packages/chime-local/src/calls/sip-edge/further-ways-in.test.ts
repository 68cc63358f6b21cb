import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createServerCertificate } from '#media-edge';
import { ScriptedClock } from '#testkit';
import { edgeUnderTest } from './testing/edge-under-test.ts';
import { OFFER, RawPhone, toTagOf } from './testing/raw-phone.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Collects what a phone receives and lets a test wait for a part of it. */
class Ear {
  text = '';
  #wake: () => void = () => {};

  hear(bytes: Buffer): void {
    this.text += bytes.toString();
    this.#wake();
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function message(method: string, via: string, contact: string, body = '', toTag = '', cseq = 1): string {
  return [
    `${method} sip:+15551230000@localhost SIP/2.0`,
    `Via: SIP/2.0/${via};branch=z9hG4bK-${method}-${cseq};rport`,
    'From: <sip:+15557770001@localhost>;tag=raw',
    `To: <sip:+15551230000@localhost>${toTag === '' ? '' : `;tag=${toTag}`}`,
    'Call-ID: further',
    `CSeq: ${cseq} ${method}`,
    `Contact: <${contact}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

describe('SIP over TLS', () => {
  it('A call over TLS is hung up on the same connection', async () => {
    const certificate = createServerCertificate(['127.0.0.1', '::1', 'localhost']);
    const under = await edgeUnderTest({ tls: { port: 0, ...certificate } });
    closers.push(() => under.edge.close(0));
    const socket = tls.connect({ port: under.edge.tlsPort ?? 0, host: '127.0.0.1', ca: certificate.cert });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    closers.push(() => socket.destroy());
    const ear = new Ear();
    socket.on('data', (bytes: Buffer) => ear.hear(bytes));
    socket.write(message('INVITE', 'TLS 192.168.1.2:5061', 'sips:x@192.168.1.2', OFFER));
    const [, toTag = ''] = await ear.until(/200 OK[\s\S]*?\r\nTo: [^\r]*;tag=(\S+)/);
    const contact = new RegExp(`Contact: <sip:127\\.0\\.0\\.1:${under.edge.tlsPort};transport=tls>`);
    await ear.until(contact);
    expect(under.arrived[0]?.transport).toBe('tls');
    socket.write(message('ACK', 'TLS 192.168.1.2:5061', 'sips:x@192.168.1.2', '', toTag));
    socket.write(message('OPTIONS', 'TLS 192.168.1.2:5061', 'sips:x@192.168.1.2', '', toTag, 2));
    await ear.until(/CSeq: 2 OPTIONS/);
    under.edge.hangUp(under.arrived[0]?.legId ?? '', 0);
    await ear.until(/^BYE sips:x@192\.168\.1\.2 SIP\/2\.0\r\nVia: SIP\/2\.0\/TLS 127\.0\.0\.1:/m);
  });

  it('A call that moves to another connection keeps that one open', async () => {
    const certificate = createServerCertificate(['127.0.0.1']);
    const clock = new ScriptedClock();
    const under = await edgeUnderTest({ tls: { port: 0, ...certificate } }, clock);
    closers.push(() => under.edge.close(0));
    const dial = async () => {
      const phone = await RawPhone.tls(under.edge.tlsPort ?? 0, certificate.cert);
      closers.push(() => phone.close());
      return phone;
    };
    const first = await dial();
    first.request('INVITE', { body: OFFER, callId: 'moves' });
    const toTag = toTagOf(await first.next(/200/));
    first.request('ACK', { toTag, callId: 'moves' });
    await under.until(/answered/);
    const second = await dial();
    second.request('OPTIONS', { toTag, callId: 'moves', cseq: 2 });
    await second.next(/200/);
    clock.advance(400_000);
    await first.next(/closed/);
    second.request('BYE', { toTag, callId: 'moves', cseq: 3 });
    await second.next(/200/);
    expect(under.events).toEqual(['arrived', 'answered', 'ended 0 far']);
  });

  it('TLS is off by default and survives a failed handshake', async () => {
    const plain = await edgeUnderTest();
    closers.push(() => plain.edge.close(0));
    expect(plain.edge.tlsPort).toBeUndefined();
    const under = await edgeUnderTest({ tls: { port: 0, ...createServerCertificate(['127.0.0.1']) } });
    closers.push(() => under.edge.close(0));
    const socket = net.connect(under.edge.tlsPort ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('INVITE sip:x SIP/2.0\r\n\r\n');
    await once(socket, 'close');
    expect(under.edge.legs).toBe(0);
  });
});

describe('the IPv6 loopback', () => {
  it('Calls come by UDP over IPv6 on the same port', async () => {
    const under = await edgeUnderTest({ furtherAddresses: ['::1'] });
    const socket = dgram.createSocket('udp6');
    closers.push(
      () => under.edge.close(0),
      () => socket.close(),
    );
    socket.bind(0, '::1');
    await once(socket, 'listening');
    const ear = new Ear();
    socket.on('message', (bytes) => ear.hear(bytes));
    const { port } = socket.address();
    const send = (text: string) => socket.send(text, under.edge.port, '::1');
    const offer = OFFER.replaceAll('IN IP4 127.0.0.1', 'IN IP6 ::1');
    send(message('INVITE', `UDP [::1]:${port}`, `sip:x@[::1]:${port}`, offer));
    const [, toTag = ''] = await ear.until(/200 OK[\s\S]*?\r\nTo: [^\r]*;tag=(\S+)/);
    await ear.until(new RegExp(`Contact: <sip:\\[::1\\]:${under.edge.port}>`));
    expect(under.media.kinds).toEqual([{ transport: 'rtp', band: 'narrow', ipVersion: 6 }]);
    await ear.until(/c=IN IP6 ::1/);
    send(message('ACK', `UDP [::1]:${port}`, `sip:x@[::1]:${port}`, '', toTag));
    send(message('OPTIONS', `UDP [::1]:${port}`, `sip:x@[::1]:${port}`, '', toTag, 2));
    await ear.until(/CSeq: 2 OPTIONS/);
    under.edge.hangUp(under.arrived[0]?.legId ?? '', 0);
    await ear.until(
      new RegExp(
        `^BYE sip:x@\\[::1\\]:${port} SIP/2\\.0\r\nVia: SIP/2\\.0/UDP \\[::1\\]:${under.edge.port};`,
        'm',
      ),
    );
  });

  it('Calls come by TCP over IPv6 as well', async () => {
    const under = await edgeUnderTest({ furtherAddresses: ['::1'] });
    closers.push(() => under.edge.close(0));
    const socket = net.connect(under.edge.port, '::1');
    await once(socket, 'connect');
    closers.push(() => socket.destroy());
    const ear = new Ear();
    socket.on('data', (bytes: Buffer) => ear.hear(bytes));
    socket.write(message('OPTIONS', 'TCP [::1]:1', 'sip:x@[::1]:1;transport=tcp'));
    await ear.until(new RegExp(`Contact: <sip:\\[::1\\]:${under.edge.port};transport=tcp>`));
  });

  it('The IPv6 loopback, or any further address, may be missing', async () => {
    const under = await edgeUnderTest({ furtherAddresses: ['2001:db8::99'] });
    closers.push(() => under.edge.close(0));
    expect(under.edge.port).toBeGreaterThan(0);
  });
});
