import { describe, expect, it } from 'vitest';
import { requestBytes } from '../testing/example-messages.ts';
import { MESSAGE_LIMITS } from './limits.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { parseMessage } from './parse-message.ts';
import { serializeMessage } from './serialize-message.ts';

function text(lines: string[], body = ''): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'utf8');
}

function good(bytes: Buffer): SipRequest {
  const result = parseMessage(bytes);
  if (result.kind !== 'message' || result.message.kind !== 'request') {
    throw new Error(`not read as a request: ${JSON.stringify(result)}`);
  }
  return result.message;
}

const REQUIRED = [
  'Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1',
  'From: <sip:a@192.0.2.7>;tag=1',
  'To: <sip:b@198.51.100.1>',
  'Call-ID: 1@192.0.2.7',
  'CSeq: 1 OPTIONS',
];

/** In the spirit of RFC 4475 section 3.1.1: valid, but unusual. */
describe('unusual but valid messages', () => {
  it('Unusual white space and compact forms are all read correctly', () => {
    const request = good(
      text([
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
        'TO :',
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'f   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        '  ;',
        '  tag = 98asjd8',
        'MaX-fOrWaRdS: 068',
        'i: wsinv.ndaksdj@192.0.2.1',
        'CSeq: 0009',
        '  INVITE',
        'v: SIP  / 2.0',
        '  /UDP',
        '    192.0.2.2 ; branch = z9hG4bK390skdjuw , SIP/2.0/TCP spindle.example.com ;',
        '  branch  =   z9hG4bK9ikj8',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
        'l: 0',
      ]),
    );
    expect(request.toTag).toBe('1918181833n');
    expect(request.fromTag).toBe('98asjd8');
    expect(request.from?.displayName).toBe('J Rosenberg \\"');
    expect(request.cseq).toEqual({ number: 9, method: 'INVITE' });
    expect(request.topVia).toMatchObject({ transport: 'UDP', host: '192.0.2.2' });
    expect(request.topVia?.params.get('branch')).toBe('z9hG4bK390skdjuw');
    expect(request.headers.list('via')).toHaveLength(2);
    expect(request.headers.get('newfangledheader')).toBe('newfangled value continued newfangled value');
    expect(request.contact?.params.get('secondparam')).toBeUndefined();
    expect(request.contact?.params.get('q')).toBe('0.33');
  });

  it('A method with every token character and an escaped URI are read', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const request = good(
      requestBytes({ method, uri: 'sip:1_unusual.URI~(to-be!sure)&isn%27t+it$/crazy?,/;;*:x@example.com' }),
    );
    expect(request.method).toBe(method);
  });

  it('UTF-8 in names and reason phrases is read and written back', () => {
    const request = good(requestBytes({ from: 'From: "Jürgen Müller 無" <sip:j@192.0.2.7>;tag=1' }));
    expect(request.from?.displayName).toBe('Jürgen Müller 無');
    const response = parseMessage(text(['SIP/2.0 200 Всё хорошо', ...REQUIRED]));
    expect(response.kind).toBe('message');
    if (response.kind === 'message') expect((response.message as SipResponse).reason).toBe('Всё хорошо');
    if (response.kind === 'message')
      expect(serializeMessage(response.message).toString()).toContain('Всё хорошо');
  });

  it('A response without a reason phrase is read', () => {
    expect(parseMessage(text(['SIP/2.0 100 ', ...REQUIRED])).kind).toBe('message');
  });

  it('RFC 3261 section 7.5: Empty lines before the start line are ignored', () => {
    expect(good(Buffer.concat([Buffer.from('\r\n\r\n'), requestBytes()])).method).toBe('INVITE');
  });

  it('RFC 3261 section 18.3: Bytes after the body are dropped', () => {
    const bytes = Buffer.concat([requestBytes({ body: 'v=0' }), Buffer.from('INVITE sip:x@y SIP/2.0')]);
    expect(good(bytes).body.toString()).toBe('v=0');
  });

  it('A parameter outside angle brackets belongs to the header (section 20.10)', () => {
    const request = good(requestBytes({ from: 'From: sip:caller@192.0.2.7;tag=88' }));
    expect(request.from?.uri).toBe('sip:caller@192.0.2.7');
    expect(request.fromTag).toBe('88');
  });

  it('Long values are read up to the limit', () => {
    const display = 'x'.repeat(4_000);
    expect(good(requestBytes({ from: `From: "${display}" <sip:a@b>;tag=1` })).from?.displayName).toBe(
      display,
    );
  });

  it('A missing Max-Forwards or From tag is accepted (RFC 2543)', () => {
    expect(good(text(['OPTIONS sip:x@y SIP/2.0', ...REQUIRED])).method).toBe('OPTIONS');
    expect(good(requestBytes({ from: 'From: <sip:a@b>' })).fromTag).toBe('');
  });

  it('An IPv6 host in Via and Contact is accepted (RFC 5118)', () => {
    const request = good(requestBytes({ via: 'Via: SIP/2.0/UDP [2001:db8::9:1]:6060;branch=z9hG4bKx' }));
    expect(request.topVia).toMatchObject({ host: '2001:db8::9:1', port: 6060 });
  });
});

/** In the spirit of RFC 4475 section 3.1.2. */
describe('invalid messages', () => {
  const refused: [string, Buffer, number][] = [
    ['missing required headers', text(['INVITE sip:user@example.com SIP/2.0', REQUIRED[0]!, 'l: 0']), 400],
    ['two From headers', requestBytes({ headers: ['From: <sip:b@192.0.2.7>;tag=2'] }), 400],
    ['two Content-Length headers', requestBytes({ headers: ['l: 7'] }), 400],
    ['an unterminated quoted string in To', requestBytes({ to: 'To: "Mr J. User <sip:j@example.com>' }), 400],
    ['a Request-URI in angle brackets', requestBytes({ uri: '<sip:user@example.com>' }), 400],
    ['white space within the Request-URI', requestBytes({ uri: 'sip:user@example.com; lr' }), 400],
    ['two spaces after the method', requestBytes({ method: 'INVITE ' }), 400],
    ['a sequence number of 2**31', requestBytes({ cseq: 2 ** 31 }), 400],
    ['an excessive sequence number', requestBytes({ cseq: 36893488147419 }), 400],
    ['Max-Forwards of 300', requestBytes({ headers: ['Max-Forwards: 300'] }), 400],
    [
      'an unknown version',
      Buffer.from(requestBytes().toString().replace('SIP/2.0\r\nVia', 'SIP/7.0\r\nVia')),
      505,
    ],
    [
      'Content-Length larger than the datagram',
      Buffer.from(requestBytes().toString().replace('Length: 0', 'Length: 9999')),
      400,
    ],
    [
      'negative Content-Length',
      Buffer.from(requestBytes().toString().replace('Length: 0', 'Length: -999')),
      400,
    ],
    ['a header field without colon', requestBytes({ headers: ['Nonsense'] }), 400],
    ['a bare CR in a header', requestBytes({ headers: ['Subject: a\rVia: b'] }), 400],
    ['an invalid second Via', requestBytes({ headers: ['Via: ;'] }), 400],
    [
      'more headers than the limit',
      requestBytes({ headers: Array.from({ length: 300 }, (_, i) => `X-${i}: 1`) }),
      400,
    ],
    ['a header longer than the limit', requestBytes({ headers: [`X-Long: ${'y'.repeat(9_000)}`] }), 400],
  ];
  for (const [name, bytes, status] of refused) {
    it(`A request with ${name} is answered ${status}`, () => {
      const result = parseMessage(bytes);
      expect(result).toMatchObject({ kind: 'bad-request', status });
    });
  }

  it('A CSeq with another method is answered 400', () => {
    const bytes = Buffer.from(requestBytes().toString().replace('CSeq: 1 INVITE', 'CSeq: 8 REGISTER'));
    expect(parseMessage(bytes)).toMatchObject({ kind: 'bad-request', status: 400 });
  });

  const dropped: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['bytes that are not text', Buffer.from([0x80, 0, 1, 2, 0xff, 0xfe, 0x0d, 0x0a, 0x0d, 0x0a])],
    ['a header that never ends', Buffer.from('INVITE sip:a@b SIP/2.0\r\nVia: x')],
    ['a response with an unknown status class', text(['SIP/2.0 4294967301 better not break', ...REQUIRED])],
    ['a response of status 099', text(['SIP/2.0 099 low', ...REQUIRED])],
    ['a response with a broken CSeq', text(['SIP/2.0 200 OK', ...REQUIRED.slice(0, 4), 'CSeq: x OPTIONS'])],
    [
      'a request without a readable Via',
      text(['OPTIONS sip:x@y SIP/2.0', 'Via: nonsense', ...REQUIRED.slice(1)]),
    ],
    ['more bytes than any datagram', Buffer.alloc(MESSAGE_LIMITS.messageBytes + 1, 65)],
  ];
  for (const [name, bytes] of dropped) {
    it(`Input is dropped: ${name}`, () => expect(parseMessage(bytes).kind).toBe('garbage'));
  }

  it('Section 20.14: A message on a stream requires Content-Length', () => {
    const bytes = text(['OPTIONS sip:x@y SIP/2.0', ...REQUIRED]);
    expect(parseMessage(bytes, { stream: true })).toMatchObject({ kind: 'bad-request', status: 400 });
  });

  it('Hostile long values are read in little time', () => {
    const spaces = ' '.repeat(8_000);
    const hostile = [
      `Via: SIP/2.0/UDP host${spaces}x;branch=z9hG4bK1`,
      `Via: SIP/2.0/UDP host;branch=1${';a'.repeat(3_500)}`,
      `Route: ${'<sip:a@b>,'.repeat(800)}`,
      `Contact: ${'"'.repeat(8_000)}`,
      `X-A: ${'\\"'.repeat(4_000)}`,
    ];
    const before = process.cpuUsage().user;
    for (const line of hostile) parseMessage(requestBytes({ headers: [line], via: line }));
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(500);
  });
});
