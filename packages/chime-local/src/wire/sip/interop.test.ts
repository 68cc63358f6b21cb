import { describe, expect, it } from 'vitest';
import { SipRequest } from './messages/message.ts';
import { parseMessage } from './messages/parse-message.ts';
import { AgentUnderTest } from './testing/agent-under-test.ts';
import { PHONE_OFFER, type RequestParts, requestBytes } from './testing/example-messages.ts';

/**
 * Messages that phones and providers reportedly send and that other stacks failed on, named by the tracker
 * and number of the report.
 */

/** The status of our response to an INVITE with these parts; 100 if it is accepted. */
function statusOf(parts: RequestParts, edit: (text: string) => string = (text) => text): number | undefined {
  const call = new AgentUnderTest();
  const bytes = Buffer.from(edit(requestBytes({ body: PHONE_OFFER, ...parts }).toString('latin1')), 'latin1');
  call.run((agent, now) => agent.receive(bytes, call.source, now));
  // 100 is sent if no other response has been sent for a while.
  call.pass(200);
  return call.answersTo('INVITE').at(-1)?.status;
}

describe('INVITE requests that other stacks refused', () => {
  it.each<[string, RequestParts]>([
    ['SIP.js#419: quotes in a parameter of the Contact', { contact: '<sip:127.0.0.1:443;thinfo="VG8+sA=">' }],
    ['SIP.js#560: # in the user of the Contact', { contact: '<sip:PBX#1000#9054@192.0.2.7>' }],
    [
      'freeswitch#2824: ; in the user of the Contact',
      { contact: '<sip:+358-1234567;postd=22@foo.com;user=phone>' },
    ],
    [
      'linphone-android#1366: parameters of push services',
      {
        contact:
          '<sip:1826@192.0.2.7;pn-tok=fm:AP-x;app-imei=;transport=tls>;received="sip:1.2.3.4:5;transport=tls"',
      },
    ],
    [
      'JsSIP#66: a parameter of the Contact twice',
      { contact: '<sip:a@x.invalid>;transport=ws;transport=ws' },
    ],
    ['JsSIP#24: two Contacts', { contact: '<sip:a@192.0.2.7>, <sip:b@192.0.2.7>' }],
    [
      'SIPp#236: > after the address',
      { contact: '<sip:a@192.0.2.7;alias=1~2~3>;+sip.instance="<urn:uuid:1>"' },
    ],
    ['jain-sip#157: no Contact', { contact: '' }],
    [
      'sipgo#66: user parameters and a tag',
      { from: 'From: "B" <sips:b:pw@127.0.0.1:5060;user=phone>;tag=1' },
    ],
    ['asterisk#794: typographic quotes', { from: 'From: “+39” <sip:+39@y.it;user=phone>;tag=1-2-3' }],
    [
      'a Via with received twice',
      { via: 'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=1.1.1.1;received=2.2.2.2' },
    ],
    ['a Via with an empty rport', { via: 'Via: SIP/2.0/UDP 10.0.0.1:5060;rport=;branch=z9hG4bK1' }],
    ['a Via whose IPv6 address has no brackets', { via: 'Via: SIP/2.0/UDP 2001:db8::1;branch=z9hG4bK1' }],
    [
      'a Via with a link-local address and its zone',
      { via: 'Via: SIP/2.0/UDP [fe80::1%eth0]:5060;rport;branch=z9hG4bK1' },
    ],
    ['a Via without a host', { via: 'Via: SIP/2.0/UDP :5060;rport;branch=z9hG4bK1' }],
    ['a Via with (null) as its host', { via: 'Via: SIP/2.0/UDP (null);rport;branch=z9hG4bK1' }],
    ['a Via with non-ASCII letters', { via: 'Via: SIP/2.0/UDP büro.local:5060;rport;branch=z9hG4bK1' }],
    ['a Via with a colon and no port', { via: 'Via: SIP/2.0/UDP 192.0.2.7:;rport;branch=z9hG4bK1' }],
    ['a Via with an invalid port', { via: 'Via: SIP/2.0/UDP 192.0.2.7:99999;rport;branch=z9hG4bK1' }],
    [
      'livekit/sip#251: P-Charging-Vector',
      {
        headers: [
          'P-Charging-Vector: icid-value="A1;B2,C3";icid-generated-at=192.0.2.1;orig-ioi="x.example"',
        ],
      },
    ],
    ['drachtio#39: a Route header set by the caller', { headers: ['Route: <sip:198.51.100.1;lr>'] }],
    ['livekit/sip#402: no description', { body: '' }],
    [
      'doubango#27: a field that is folded within a quoted string',
      { headers: ['Authorization: Digest realm="ims",\r\n nonce="2dKTzX37\r\n\thxIv",\r\n algorithm=MD5'] },
    ],
    [
      'drachtio-server#171: an Identity of several kilobytes',
      {
        headers: [
          `Identity: ${'eyJhbGciOiJFUzI1NiJ9.'.repeat(180)};info=<https://x/y.pem>;alg=ES256;ppt="shaken"`,
        ],
      },
    ],
    [
      'livekit/sip#251: a P-Charging-Vector',
      { headers: ['P-Charging-Vector: icid-value="1:2";icid-generated-at=[::1]'] },
    ],
    ['nksip#20: a name in two pairs of quotes', { to: 'To: ""unknown"" <sip:+15551230000@198.51.100.1>' }],
    [
      'sip-js#3: an empty name, and a parameter before the tag',
      { from: 'From: "" <sip:222@192.0.2.7>;epid=a22edc020e;tag=4adc' },
    ],
    [
      'asterisk#756: a comma within quotes',
      {
        from: 'From: "THOMPSON,ALICIA" <sip:+12065550100@192.0.2.7>;tag=gK0c',
        contact: '"THOMPSON,ALICIA" <sip:+12065550100@192.0.2.7:5060>',
      },
    ],
    [
      'JsSIP#11: commas in parameters of the Contact',
      { contact: '<sip:1063@192.0.2.7;transport=udp>;+g.oma.sip-im;language="en,fr";+g.3gpp="urn%3Aurn-7"' },
    ],
    [
      'SIP.js#319: Record-Route without angle brackets',
      { headers: ['Record-Route: sip:scscf.192.0.2.9:5054;transport=tcp;lr;service=scscf;billing-role=x'] },
    ],
    ['pjproject#747: white space in the version', { via: 'Via: SIP / 2.0 / UDP 192.0.2.7;branch=z9hG4bK1' }],
    ['an address with @ that is dialled through a gateway', { uri: 'sip:alice@example.com@198.51.100.1' }],
    ['a Request-URI with a zone', { uri: 'sip:+15551230000@[fe80::1%25eth0]:5060' }],
    [
      'the same header twice',
      { headers: ['Max-Forwards: 70', 'c: application/sdp', `l: ${PHONE_OFFER.length}`] },
    ],
  ])('An INVITE with unusual headers is accepted: %s', (_name, parts) => expect(statusOf(parts)).toBe(100));

  it.each<[string, (text: string) => string]>([
    [
      'lines that end with LF alone',
      (text) => text.replaceAll('\r\n', '\n').replace(/Content-Length.*\n/, ''),
    ],
    [
      'pjproject#188: every field in compact form',
      (text) =>
        Object.entries({ Via: 'v', From: 'f', To: 't', 'Call-ID': 'i', Contact: 'm', 'Content-Type': 'c' })
          .reduce((all, [name, letter]) => all.replace(`${name}:`, `${letter} :`), text)
          .replace('Content-Length:', 'l:'),
    ],
    ['a single line that ends with LF alone', (text) => text.replace('\r\nMax', '\nMax')],
    ['an empty line that ends with LF alone', (text) => text.replace('\r\n\r\nv=0', '\r\n\nv=0')],
    ['an empty line after one that ends with LF alone', (text) => text.replace('\r\n\r\nv=0', '\n\r\nv=0')],
    ['LF alone, and a length that counts CRLF', (text) => text.replaceAll('\r\n', '\n')],
    ['NULs before the start line', (text) => `\0\0\0\0${text}`],
    ['an LF before the start line', (text) => `\n${text}`],
    ['a sequence number with many zeros', (text) => text.replace('CSeq: 1', 'CSeq: 000000000000001')],
    ['NULs after the body', (text) => `${text}\0\0`],
  ])('An INVITE with unusual formatting is accepted: %s', (_name, edit) =>
    expect(statusOf({}, edit)).toBe(100));

  it('Two contradictory header fields are refused', () => {
    expect(statusOf({ headers: ['Max-Forwards: 69'] })).toBe(400);
    expect(statusOf({ headers: ['Content-Length: 3'] })).toBe(400);
  });
});

describe('requests within a call', () => {
  const end = (parts: RequestParts) => {
    const call = new AgentUnderTest();
    call.answeredCall();
    call.receive({ method: 'BYE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-2', ...parts });
    return [call.answersTo('BYE').at(-1)?.status, call.told.at(-1)];
  };

  it.each<[string, RequestParts]>([
    ['requires an extension', { headers: ['Require: nothing-we-know'] }],
    ['has an unreadable Request-URI', { uri: 'sip:' }],
    ['has a body', { body: 'goodbye', contentType: 'text/plain' }],
  ])('A BYE ends the call even if it %s', (_name, parts) => {
    expect(end(parts)).toEqual([200, 'ended bye received']);
  });

  it('A REGISTER may require outbound (RFC 5626)', () => {
    const call = new AgentUnderTest();
    call.receive({ method: 'REGISTER', headers: ['Require: outbound'] });
    expect(call.answersTo('REGISTER').at(-1)?.status).toBe(200);
  });

  it("The session interval is no shorter than the caller's Min-SE", () => {
    const call = new AgentUnderTest();
    call.answeredCall({ headers: ['Supported: timer', 'Session-Expires: 90', 'Min-SE: 300'] });
    expect(call.answersTo('INVITE').at(-1)?.headers.get('session-expires')).toBe('300;refresher=uac');
  });
});

describe('faults reported for other SIP stacks', () => {
  it('doubango#90: An UPDATE without a description gets a response without one', () => {
    const call = new AgentUnderTest();
    call.answeredCall();
    let asked: Parameters<typeof call.agent.reply>[0] | undefined;
    call.run((agent, now) => {
      const update = { method: 'UPDATE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-u' };
      const outputs = agent.receive(requestBytes(update), call.source, now);
      for (const output of outputs) if (output.kind === 'modified') asked = output.pending;
      return outputs;
    });
    call.run((agent, now) => (asked ? agent.reply(asked, 200, {}, now) : []));
    expect(call.answersTo('UPDATE').at(-1)).toMatchObject({ status: 200, body: { length: 0 } });
  });

  it('drachtio#66: If a private Record-Route loses the ACK, it follows the INVITE', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    const headers: [string, string][] = [
      ['Record-Route', '<sip:203.0.113.5:6080;lr>'],
      ['Contact', '<sip:bob@172.16.0.9:5070>'],
    ];
    call.answer(invite, 200, headers);
    call.answer(invite, 200, headers);
    expect(call.requests('ACK').map(({ to }) => to.host)).toEqual(['203.0.113.5', '192.0.2.7']);
  });

  it('twinkle#277: The session timer works after an early dialog', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    const contact: [string, string] = ['Contact', '<sip:bob@192.0.2.7:5062>'];
    call.answer(invite, 183, [['Require', '100rel'], ['RSeq', '1'], contact], 'peer', 'v=0');
    call.answer(invite, 200, [['Session-Expires', '120;refresher=uac'], ['Allow', 'UPDATE'], contact]);
    call.pass(60_000);
    expect(call.lastRequest('UPDATE').message.headers.get('session-expires')).toBe('120;refresher=uac');
  });

  it("drachtio-srf#119: The ACK has its INVITE's number despite a PRACK in between", () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    const contact: [string, string] = ['Contact', '<sip:bob@192.0.2.7:5062>'];
    call.answer(invite, 183, [['Require', '100rel'], ['RSeq', '7'], contact]);
    call.answer(call.lastRequest('PRACK').message, 200);
    call.answer(invite, 200, [contact]);
    call.run((agent, now) => agent.bye(call.usageId, now));
    const numbers = ['PRACK', 'ACK', 'BYE'].map((method) => call.lastRequest(method).message.cseq?.number);
    expect(numbers).toEqual([2, 1, 3]);
  });

  it('drachtio#122: The ACK goes to the proxy that recorded the route', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.50', port: 5060 });
    const route = '<sip:192.0.2.50;lr;ftag=vjptecc50d;did=424.65b1>';
    call.answer(invite, 200, [
      ['Record-Route', route],
      ['Contact', '<sip:bob@192.0.2.99:5070>'],
    ]);
    const { to, message } = call.lastRequest('ACK');
    expect([to.host, message.uri, message.headers.get('route')]).toEqual([
      '192.0.2.50',
      'sip:bob@192.0.2.99:5070',
      route,
    ]);
  });

  it('drachtio#110: A TCP call with a UDP Contact ends on its connection', () => {
    const call = new AgentUnderTest();
    call.source = { transport: 'tcp', address: '192.0.2.7', port: 40_001, connection: 3 };
    const via = 'Via: SIP/2.0/TCP 51.38.99.196;rport;branch=z9hG4bK-1';
    call.answeredCall({ via, contact: '<sip:51.38.99.196:5060;transport=udp>' });
    call.run((agent, now) => agent.bye(call.usageId, now));
    expect(call.lastRequest('BYE').to).toMatchObject({ transport: 'tcp', connection: 3 });
  });

  it('drachtio#313: A refused refresh sends nothing after the call has ended', () => {
    const call = new AgentUnderTest();
    call.answeredCall({ headers: ['Supported: timer', 'Session-Expires: 90;refresher=uas'] });
    call.pass(46_000);
    call.answer(call.lastRequest('INVITE').message, 488, [], 'caller');
    call.receive({ method: 'BYE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-b' });
    const sent = call.sent.length;
    call.pass(300_000);
    expect([call.told.at(-1), call.sent.length]).toEqual(['ended bye received', sent]);
  });

  it('drachtio#54: A retransmitted CANCEL is answered again', () => {
    const call = new AgentUnderTest();
    call.receive({ body: PHONE_OFFER });
    for (let i = 0; i < 3; i++) call.receive({ method: 'CANCEL' });
    expect(call.answersTo('CANCEL').map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(call.told).toEqual(['ended cancelled']);
  });

  it('CANCEL and ACK with another Via address match their INVITE', () => {
    const call = new AgentUnderTest();
    call.receive({ body: PHONE_OFFER });
    const elsewhere = (branch: string) => ({
      branch,
      via: `Via: SIP/2.0/UDP 203.0.113.9:40000;branch=${branch};rport`,
    });
    call.receive({ method: 'CANCEL', ...elsewhere('z9hG4bK-else') });
    expect(call.answersTo('CANCEL').map(({ status }) => status)).toEqual([200]);
    expect(call.answersTo('INVITE').at(-1)?.status).toBe(487);
    call.receive({ method: 'ACK', toTag: call.usageId, ...elsewhere('z9hG4bK-ack') });
    const sent = call.sent.length;
    call.pass(64_000);
    expect([call.told, call.sent.length]).toEqual([['ended cancelled'], sent]);
  });

  it('pjproject#845: A PRACK after the CANCEL gets a 481', () => {
    const call = new AgentUnderTest();
    call.receive({ headers: ['Supported: 100rel'], body: PHONE_OFFER });
    call.run((agent, now) => agent.progress(call.usageId, 180, now));
    const rseq = call.answersTo('INVITE').at(-1)?.headers.get('rseq');
    call.receive({ method: 'CANCEL' });
    const headers = [`RAck: ${rseq} 1 INVITE`];
    call.receive({ method: 'PRACK', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-p', headers });
    call.pass(64_000);
    expect(call.answersTo('PRACK').at(-1)?.status).toBe(481);
    expect(call.answersTo('INVITE').filter(({ status }) => status === 180)).toHaveLength(1);
  });

  it('JsSIP#597: BYE ends a call whose CANCEL came too late', () => {
    const call = new AgentUnderTest();
    call.receive({ body: PHONE_OFFER });
    const content = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };
    call.run((agent, now) => agent.accept(call.usageId, content, now));
    call.receive({ method: 'CANCEL' });
    call.receive({ method: 'BYE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-b' });
    expect(call.answersTo('BYE').at(-1)?.status).toBe(200);
    expect(call.told).toEqual(['ended bye received']);
  });

  it('drachtio-server#402: A BYE that crosses our refresh ends the call once', () => {
    const call = new AgentUnderTest();
    call.answeredCall({ headers: ['Supported: timer', 'Session-Expires: 90;refresher=uas'] });
    call.pass(46_000);
    const refresh = call.lastRequest('INVITE').message;
    call.receive({ method: 'BYE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-b' });
    call.answer(refresh, 481, [], 'caller');
    call.pass(64_000);
    expect(call.answersTo('BYE').map(({ status }) => status)).toEqual([200]);
    expect(call.requests('BYE')).toEqual([]);
    expect(call.told.filter((told) => told.startsWith('ended'))).toEqual(['ended bye received']);
  });

  it('asterisk-i#97: A Contact without brackets keeps a parameter containing <', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.7', port: 5062 });
    const contact = 'sip:xpto@192.0.2.7:5062;+sip.instance="<urn:gsma:imei:ABC-M>";audio';
    call.answer(invite, 200, [['Contact', contact]]);
    call.run((agent, now) => agent.bye(call.usageId, now));
    const uris = ['ACK', 'BYE'].map((method) => call.lastRequest(method).message.uri);
    expect(uris).toEqual(['sip:xpto@192.0.2.7:5062', 'sip:xpto@192.0.2.7:5062']);
  });

  it('sbc-inbound#112: The ACK answers the offer when the INVITE has none', () => {
    const call = new AgentUnderTest();
    call.receive({ body: '' });
    const content = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: true };
    call.run((agent, now) => agent.accept(call.usageId, content, now));
    expect(call.answersTo('INVITE').at(-1)?.body.toString()).toBe('v=0');
    call.receive({ method: 'ACK', toTag: call.usageId, branch: 'z9hG4bK-ack', body: PHONE_OFFER });
    expect(call.told).toEqual(['acknowledged']);
  });

  it('go-b2bua#7: Record-Route fields between other fields keep their order', () => {
    const call = new AgentUnderTest();
    const via = [
      'Record-Route: <sip:192.0.2.150;transport=udp;r2=on;lr=on;nat=yes>',
      'Record-Route: <sip:192.0.2.150;transport=tcp;r2=on;lr=on;nat=yes>',
      'Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1;rport',
      'Record-Route: <sip:203.0.113.229:5060;lr>, <sip:203.0.113.230:5223;lr>',
      'Via: SIP/2.0/TLS 172.29.148.147:42373;branch=z9hG4bK.ohnMpy4y~;rport=8040;received=203.0.113.1',
    ].join('\r\n');
    const contact = '<sip:k@sip.example;gr=urn:uuid:3bc8>;+org.linphone.specs="groupchat,lime"';
    call.answeredCall({ via, contact });
    call.run((agent, now) => agent.bye(call.usageId, now));
    const hosts = call
      .lastRequest('BYE')
      .message.headers.list('route')
      .map((route) => /sip:([\d.]+)/.exec(route)?.[1]);
    expect(hosts).toEqual(['192.0.2.150', '192.0.2.150', '203.0.113.229', '203.0.113.230']);
    expect(call.lastRequest('BYE').message.uri).toBe('sip:k@sip.example;gr=urn:uuid:3bc8');
  });

  it('livekit/sip#280, livekit/sip#467: A retransmitted BYE is answered again', () => {
    const call = new AgentUnderTest();
    call.answeredCall();
    const bye = { method: 'BYE', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-b' };
    for (let n = 0; n < 3; n++) call.receive(bye);
    // Some peers send an ACK, which only a final response to an INVITE requires.
    call.receive({ method: 'ACK', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-b' });
    const sent = call.sent.length;
    call.pass(64_000);
    expect(call.answersTo('BYE').map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([call.sent.length, call.told.at(-1)]).toEqual([sent, 'ended bye received']);
    call.receive({ ...bye, branch: 'z9hG4bK-c', cseq: 3 });
    expect(call.answersTo('BYE').at(-1)?.status).toBe(481);
  });

  it('pjproject#1857: Hanging up while the ACK never arrives sends a BYE', () => {
    const call = new AgentUnderTest();
    call.receive({ body: PHONE_OFFER });
    const content = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };
    call.run((agent, now) => agent.accept(call.usageId, content, now));
    call.run((agent, now) => agent.bye(call.usageId, now));
    call.pass(33_000);
    expect(call.requests('BYE').length).toBeGreaterThan(0);
    call.answer(call.lastRequest('BYE').message, 200, [], 'caller');
    call.pass(64_000);
    expect(call.told.filter((told) => told.startsWith('ended'))).toHaveLength(1);
  });

  it('drachtio-server#255: A BYE after a crossed CANCEL goes to the proxy', () => {
    const call = new AgentUnderTest();
    const invite = call.place({ transport: 'udp', host: '192.0.2.50', port: 5060 });
    call.answer(invite, 180, []);
    call.run((agent, now) => agent.cancel(call.usageId, now));
    call.answer(invite, 200, [
      ['Record-Route', '<sip:192.0.2.50;lr>'],
      ['Contact', '<sip:bob@10.0.0.9:5070>'],
    ]);
    expect(['ACK', 'BYE'].map((method) => call.lastRequest(method).to.host)).toEqual([
      '192.0.2.50',
      '192.0.2.50',
    ]);
  });

  it('livekit/sip#438: Preconditions are refused by name if they are required', () => {
    const call = new AgentUnderTest();
    call.receive({ body: PHONE_OFFER, headers: ['Require: precondition, 100rel'] });
    const refused = call.answersTo('INVITE').at(-1);
    expect([refused?.status, refused?.headers.get('unsupported')]).toEqual([420, 'precondition']);
    const qos = ['a=curr:qos local none', 'a=curr:qos remote none', 'a=des:qos optional local sendrecv', ''];
    const body = PHONE_OFFER + qos.join('\r\n');
    expect(statusOf({ body, headers: ['Supported: precondition, timer, 100rel'] })).toBe(100);
  });

  it('Telephone#180: The refresher may change with each refresh', () => {
    const call = new AgentUnderTest();
    call.answeredCall({ headers: ['Supported: timer', 'Session-Expires: 90;refresher=uas'] });
    // The phone refreshes nevertheless, and announces that it will continue to do so.
    let asked: Parameters<typeof call.agent.reply>[0] | undefined;
    const refresh = requestBytes({
      ...{ toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-r', body: PHONE_OFFER },
      headers: ['Supported: timer', 'Session-Expires: 90;refresher=uac'],
    });
    call.run((agent, now) => {
      const outputs = agent.receive(refresh, call.source, now);
      for (const output of outputs) if (output.kind === 'modified') asked = output.pending;
      return outputs;
    });
    const content = { body: Buffer.from('v=0'), contentType: 'application/sdp', offer: false };
    call.run((agent, now) => (asked ? agent.reply(asked, 200, content, now) : []));
    call.receive({ method: 'ACK', toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-a' });
    const answer = call.answersTo('INVITE').at(-1);
    expect([answer?.status, answer?.headers.get('session-expires')]).toEqual([200, '90;refresher=uac']);
    call.pass(46_000);
    expect(call.requests('INVITE')).toEqual([]);
    call.pass(60_000);
    expect(call.told.at(-1)).toMatch(/^ended/);
  });

  it('pjproject#1166: An INVITE that crosses our UPDATE is accepted', () => {
    const call = new AgentUnderTest();
    const headers = ['Allow: INVITE, ACK, BYE, CANCEL, UPDATE', 'Supported: timer'];
    call.answeredCall({ headers: [...headers, 'Session-Expires: 90;refresher=uas'] });
    call.pass(46_000);
    const open = call.lastRequest('UPDATE').message;
    call.receive({ toTag: call.usageId, cseq: 2, branch: 'z9hG4bK-r', body: PHONE_OFFER });
    // A refresh without a description is not an offer, so the two do not conflict.
    expect([open.body.length, call.told.at(-1)]).toEqual([0, 'modified']);
  });

  it('A message with LF line ends is read correctly', () => {
    const text = requestBytes({ body: PHONE_OFFER })
      .toString()
      .replaceAll('\r\n', '\n')
      .replace(/Content-Length.*\n/, '');
    const result = parseMessage(Buffer.from(text));
    if (result.kind !== 'message' || !(result.message instanceof SipRequest)) throw new Error(result.kind);
    expect(result.message.body.toString()).toBe(PHONE_OFFER.replaceAll('\r\n', '\n'));
  });
});
