import { describe, expect, it } from 'vitest';
import { Negotiation } from './offer-answer.ts';
import { parseSessionDescription } from './parse-session-description.ts';
import type { SessionDescription } from './session-description.ts';

const LOCAL = { address: '198.51.100.1', rtpPort: 20_000, rtcpPort: 20_001 };
const GOOD = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.7',
  's=-',
  'c=IN IP4 192.0.2.7',
  't=0 0',
  'm=audio 40000 RTP/AVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
];

function read(text: string): SessionDescription {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind === 'malformed') throw new Error(result.text);
  return result.description;
}

function answerTo(text: string) {
  const result = new Negotiation(LOCAL, '1').answer(read(text));
  if ('kind' in result) throw new Error(result.text);
  return { agreed: result.agreed, lines: result.body.toString().split('\r\n') };
}

const written = (lines: readonly string[], end = '\r\n') => [...lines, ''].join(end);
/** The valid offer with its lines of this letter replaced, or removed if no replacement is given. */
const withLine = (letter: string, ...replaced: string[]) =>
  written(GOOD.flatMap((line) => (line.startsWith(`${letter}=`) ? replaced : [line])));

describe('descriptions that phones send and the grammar does not allow', () => {
  it.each([
    ['a blank line inside', written([...GOOD.slice(0, 3), '', ...GOOD.slice(3)])],
    ['blank lines before', `\r\n\r\n${written(GOOD)}`],
    ['lines of white space', written([...GOOD.slice(0, 5), ' \t', ...GOOD.slice(5), '  '])],
    ['LF alone', written(GOOD, '\n')],
    ['CR alone', written(GOOD, '\r')],
    ['mixed line ends', written(GOOD).replace('\r\n', '\n').replace('t=0 0\r\n', 't=0 0\r')],
    ['no line end at its end', GOOD.join('\r\n')],
    ['NUL at the end', `${written(GOOD)}\0`],
    ['many NULs at the end', `${written(GOOD)}${'\0'.repeat(40)}`],
    ['NUL before the last line end', `${GOOD.join('\r\n')}\0\r\n`],
    ['a byte order mark', `\uFEFF${written(GOOD)}`],
    ['v=0 with a space', withLine('v', 'v=0 ')],
    ['two v= lines', withLine('v', 'v=0', 'v=0')],
    ['no v= line', withLine('v')],
    ['trailing spaces everywhere', written(GOOD.map((line) => `${line} \t`))],
    ['leading spaces', written(GOOD.map((line) => ` ${line}`))],
    ['spaces around =', withLine('t', 't = 0 0')],
    ['no o= line', withLine('o')],
    ['two o= lines', withLine('o', 'o=- 1 1 IN IP4 192.0.2.7', 'o=- 2 2 IN IP4 192.0.2.7')],
    ['o= without user name', withLine('o', 'o= 1 1 IN IP4 192.0.2.7')],
    ['a user name with a space', withLine('o', 'o=Desk Phone 1 1 IN IP4 192.0.2.7')],
    ['o= without address', withLine('o', 'o=- 1 1 IN IP4')],
    ['negative ids', withLine('o', 'o=- -1 -1 IN IP4 192.0.2.7')],
    ['hexadecimal ids', withLine('o', 'o=- 0x1f 0x2 IN IP4 192.0.2.7')],
    ['decimal fractions as ids', withLine('o', 'o=- 1.5 2.25 IN IP4 192.0.2.7')],
    ['ids of 30 digits', withLine('o', `o=- ${'9'.repeat(30)} 1 IN IP4 192.0.2.7`)],
    ['an empty o= line', withLine('o', 'o=')],
    ['another network in o=', withLine('o', 'o=- 1 1 ATM NSAP 47')],
    ['o= after the media', written([...GOOD.filter((line) => !line.startsWith('o=')), GOOD[1] ?? ''])],
    ['no s= line', withLine('s')],
    ['an empty s= line', withLine('s', 's=')],
    ['no t= line', withLine('t')],
    ['a t= line of words', withLine('t', 't=now')],
    ['lines of unknown letters', withLine('t', 't=0 0', 'y=0100000001', 'f=v/2/4', 'q=7')],
    ['lines that are not SDP', withLine('t', 't=0 0', 'hello', '=x', '====')],
    ['capital letters before =', withLine('c', 'C=IN IP4 192.0.2.7')],
    ['small letters in c=', withLine('c', 'c=in ip4 192.0.2.7')],
    ['two spaces in c=', withLine('c', 'c=IN  IP4   192.0.2.7')],
    ['an address alone in c=', withLine('c', 'c=192.0.2.7')],
    ['an unreadable c= line before a readable one', withLine('c', 'c=IN IP4', 'c=IN IP4 192.0.2.7')],
    ['two spaces in m=', withLine('m', 'm=audio  40000 RTP/AVP  0  101')],
    ['tabs in m=', withLine('m', 'm=audio\t40000\tRTP/AVP\t0\t101')],
    ['small letters in the protocol', withLine('m', 'm=audio 40000 rtp/avp 0 101')],
    ['capitals in the media type', withLine('m', 'm=AUDIO 40000 RTP/AVP 0 101')],
    ['a format that is not a number', withLine('m', 'm=audio 40000 RTP/AVP 0 PCMU 101 999')],
  ])('A description outside the grammar is read for what matters: %s', (_name, text) => {
    const { agreed, lines } = answerTo(text);
    expect(agreed).toMatchObject({
      address: '192.0.2.7',
      rtpPort: 40_000,
      codec: 'PCMU',
      dtmfPayloadType: 101,
    });
    expect(lines.filter((line) => line.startsWith('m='))).toHaveLength(1);
  });

  it.each([
    ['without a format', 'm=video 5000 RTP/AVP', 'm=video 0 RTP/AVP 0'],
    ['with the type alone', 'm=image', 'm=image 0 RTP/AVP 0'],
    ['without any value', 'm=', 'm=audio 0 RTP/AVP 0'],
    ['with a port beyond 65535', 'm=audio 70000 RTP/AVP 0', 'm=audio 0 RTP/AVP 0'],
    ['with a port that is not a number', 'm=audio ? RTP/AVP 8', 'm=audio 0 RTP/AVP 8'],
    ['with a negative port', 'm=audio -1 RTP/AVP 8', 'm=audio 0 RTP/AVP 8'],
    ['with too many formats', `m=text 9 RTP/AVP ${Array(65).fill('0').join(' ')}`, 'm=text 0 RTP/AVP 0'],
  ])('Only the unreadable second section is refused: %s', (_name, line, refused) => {
    const { agreed, lines } = answerTo(written([...GOOD, line]));
    expect(agreed.rtpPort).toBe(40_000);
    const sections = lines.filter((text) => text.startsWith('m='));
    expect(sections[0]).toBe('m=audio 20000 RTP/AVP 0 101');
    expect(sections[1]?.startsWith(refused)).toBe(true);
  });

  it('An unreadable section is named when there is no other', () => {
    const text = withLine('m', 'm=audio 70000 RTP/AVP 0');
    expect(Negotiation.judge(read(text), 4)).toMatchObject({
      warning: 399,
      text: '"m=audio 70000 RTP/AVP 0" has no port from 0 to 65535',
    });
  });

  it('An unsupported profile is named when there is no other section', () => {
    const offered = withLine('m', 'm=audio 40000 RTP/SAVP 0');
    expect(Negotiation.judge(read(offered), 4)).toMatchObject({
      warning: 302,
      text: 'the audio is offered over RTP/SAVP only: switch SRTP off, or make it optional',
    });
  });
});

describe('an unusable address in c=', () => {
  const peer = '192.0.2.200';
  const answer = (line: string) => {
    const result = new Negotiation(LOCAL, '1', peer).answer(read(withLine('c', line)));
    return 'kind' in result ? result.warning : [result.agreed.address, result.agreed.direction];
  };

  it.each([
    'c=IN IP4 (null)',
    'c=IN IP4 192.0.2.300',
    'c=IN IP4 192.000.002.007',
    'c=IN IP4 192.0.02.7',
    'c=IN IP4 10.0.0.1:4000',
    'c=IN IP4 phone.local',
    'c=IN IP6 fe80::1%eth0',
    'c=IN IP6 2001:db8::1',
    'c=IN IP4',
    'c=',
  ])("An unusable address in c= is replaced by the signalling's: %s", (line) => {
    expect(answer(line)).toEqual([peer, 'sendrecv']);
  });

  it.each([
    ['IP6 0:0:0:0:0:0:0:1', '::1'],
    ['IP6 2001:0DB8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['IP6 2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['IP6 ::FFFF:192.0.2.7', '192.0.2.7'],
    ['IP6 0:0:0:0:0:ffff:c000:0207', '192.0.2.7'],
    ['IP6 1:0:0:0::', '1::'],
  ])('The address %s is that of packets from %s', (address, usual) => {
    const local = { address: usual.includes(':') ? '::1' : '127.0.0.1', rtpPort: 20_000, rtcpPort: 20_001 };
    const result = new Negotiation(local, '1').answer(read(withLine('c', `c=IN ${address}`)));
    expect(result).toMatchObject({ agreed: { address: usual, direction: 'sendrecv' } });
  });

  it.each([
    'c=IN IP4 0.0.0.0',
    'c=IN IP6 ::',
    'c=IN IP6 0:0:0:0:0:0:0:0',
  ])('The address means hold: %s', (line) => {
    expect(answer(line)).toEqual([undefined, 'recvonly']);
  });

  it.each([
    'c=IN IP4 239.1.2.3/15',
    'c=IN IP4 255.255.255.255',
    'c=IN IP6 ff02::1',
  ])('A multicast or broadcast address in c= is refused: %s', (line) => expect(answer(line)).toBe(301));
});

describe('audio that is switched off during a call', () => {
  const begun = () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(read(written(GOOD)));
    return negotiation;
  };
  const off = withLine('m', 'm=audio 0 RTP/AVP 0 101');

  it('Audio switched off is silent until the next offer (RFC 3264, 8.2)', () => {
    const negotiation = begun();
    const held = negotiation.answer(read(off));
    expect(held).toMatchObject({ agreed: { direction: 'inactive', address: '192.0.2.7' } });
    expect('body' in held && held.body.toString()).toContain('m=audio 0 RTP/AVP 0 101');
    expect(negotiation.answer(read(written(GOOD)))).toMatchObject({ agreed: { direction: 'sendrecv' } });
  });

  it('Switched-off audio starts no call and allows no switch to fax', () => {
    expect(new Negotiation(LOCAL, '1').answer(read(off))).toMatchObject({ warning: 304 });
    const fax = `${off}m=image 5000 udptl t38\r\n`;
    expect(begun().answer(read(fax))).toMatchObject({ warning: 304 });
  });
});

describe('faults that were reported for other SDP stacks', () => {
  it('diago#125: A direction on an unterminated last line is read', () => {
    expect(answerTo(`${written(GOOD)}a=sendonly`).agreed.direction).toBe('recvonly');
  });

  it('captagent#4: An address after the m= line is enough', () => {
    const text = written([
      ...GOOD.filter((line) => !line.startsWith('c=')),
      'c=IN IP4 192.0.2.7',
      'a=sendrecv',
    ]);
    expect(answerTo(text).agreed.address).toBe('192.0.2.7');
  });

  it('freeswitch#1091: An offer of ours after a hold is sendrecv', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(read(`${written(GOOD)}a=sendonly`));
    expect(negotiation.offer().toString()).toContain('a=sendrecv');
  });

  it('freeswitch#1257: A description in an ACK ends a hold', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(read(`${written(GOOD)}a=sendonly`));
    negotiation.offer();
    negotiation.readAnswer(read(written(GOOD)));
    expect(negotiation.agreed?.direction).toBe('sendrecv');
  });

  it('rtpengine#702: A call that begins on hold can be resumed', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    const held = withLine('c', 'c=IN IP4 0.0.0.0').replace(
      'o=- 1 1 IN IP4 192.0.2.7',
      'o=- 0 0 IN IP4 0.0.0.0',
    );
    expect(negotiation.answer(read(held))).toMatchObject({ agreed: { direction: 'recvonly' } });
    expect(negotiation.answer(read(written(GOOD)))).toMatchObject({
      agreed: { direction: 'sendrecv', address: '192.0.2.7' },
    });
  });

  it("rtpengine#1419: An invalid IPv6 address is replaced by the peer's", () => {
    const odd = withLine('c', 'c=IN IP6 X00Z:Y6b:f:328:0:3c:7fff:d801');
    const result = new Negotiation(LOCAL, '1', '192.0.2.9').answer(read(`${odd}a=maxptime:240`));
    expect(result).toMatchObject({ agreed: { address: '192.0.2.9', ptime: 20 } });
  });

  it('sipml5#50: The second half of a broken line is ignored', () => {
    const text = withLine(
      't',
      't=0 0',
      'a=candidate:H5b 1 udp 2130706431 192.0.2.7 24722 typ host',
      'generation 0 svn 16',
    );
    expect(answerTo(text).agreed.codec).toBe('PCMU');
  });

  it('media-core#435: An a=ssrc line without an attribute is ignored', () => {
    expect(answerTo(`${written(GOOD)}a=ssrc:1308456296\r\n`).agreed.rtpPort).toBe(40_000);
  });

  it('linphone-desktop#7: b= after attributes is read; only the video is refused', () => {
    const video = [
      'm=video 11406 RTP/AVP 102',
      'a=rtpmap:102 H264/90000',
      'b=AS:1024',
      'a=rtcp-fb:102 ccm fir',
      'a=rtcp:11407',
    ];
    const { lines, agreed } = answerTo(written([...GOOD, 'a=recvonly', 'a=rtcp:11367', ...video]));
    expect([agreed.direction, agreed.rtcpPort]).toEqual(['sendonly', 11_367]);
    expect(lines).toContain('m=video 0 RTP/AVP 102');
  });

  it('linphone-sdk#334: Of two streams, the unencrypted one is used', () => {
    const secure = ['m=audio 40010 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'];
    for (const order of [
      [...secure, ...GOOD.slice(5)],
      [...GOOD.slice(5), ...secure],
    ]) {
      const { lines, agreed } = answerTo(written([...GOOD.slice(0, 5), ...order]));
      expect(agreed.rtpPort).toBe(40_000);
      expect(lines).toContain('m=audio 0 RTP/SAVP 0');
    }
  });

  it('baresip#3033: A click-to-dial offer without an address yet is answered', () => {
    const text = withLine('c', 'c=IN IP4 0.0.0.0').replace('m=audio 40000', 'm=audio 9');
    expect(answerTo(text).agreed).toMatchObject({ direction: 'recvonly', codec: 'PCMU' });
  });

  it('baresip#718, asterisk#1004: The codec and the events at its clock rate count', () => {
    const two = ['a=rtpmap:100 telephone-event/16000', 'a=rtpmap:101 telephone-event/8000'];
    const text = written([...GOOD.slice(0, 5), 'm=audio 40000 RTP/AVP 100 101 0', ...two]);
    expect(answerTo(text).agreed).toMatchObject({ codec: 'PCMU', dtmfPayloadType: 101 });
  });

  it("sipml5#85: The section's address overrides 0.0.0.0 of the session", () => {
    const text = withLine('c', 'c=IN IP4 0.0.0.0').replace('a=rtpmap:0', 'c=IN IP4 192.0.2.7\r\na=rtpmap:0');
    const odd = text.includes('c=IN IP4 192.0.2.7') ? text : `${text}c=IN IP4 192.0.2.7\r\n`;
    expect(answerTo(odd).agreed).toMatchObject({ address: '192.0.2.7', direction: 'sendrecv' });
  });

  it('livekit/sip#766: A re-INVITE without a common codec changes nothing', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(read(written(GOOD)));
    const before = negotiation.agreed;
    const other = written([...GOOD.slice(0, 5), 'm=audio 45000 RTP/AVP 18', 'a=rtpmap:18 G729/8000']);
    expect(negotiation.answer(read(other))).toMatchObject({ warning: 305 });
    expect(negotiation.agreed).toEqual(before);
  });

  it('livekit/sip#850: Media goes to the same address after a hold by c=0.0.0.0', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    const steps = [written(GOOD), withLine('c', 'c=IN IP4 0.0.0.0'), written(GOOD)].map((text) => {
      const result = negotiation.answer(read(text));
      return 'agreed' in result && [result.agreed.address, result.agreed.direction];
    });
    expect(steps).toEqual([
      ['192.0.2.7', 'sendrecv'],
      [undefined, 'recvonly'],
      ['192.0.2.7', 'sendrecv'],
    ]);
  });

  it('pjproject#1457, pjproject#1066: Offers without media and answers without codec fail', () => {
    const negotiation = new Negotiation(LOCAL, '1');
    negotiation.answer(read(written(GOOD)));
    expect(negotiation.answer(read(written(GOOD.slice(0, 5))))).toMatchObject({ warning: 304 });
    expect(negotiation.agreed?.rtpPort).toBe(40_000);
    const offering = new Negotiation(LOCAL, '2');
    offering.offer();
    const text = written([...GOOD.slice(0, 5), 'm=audio 5000 RTP/AVP 112', 'a=rtpmap:112 dpeex/8000']);
    expect(offering.readAnswer(read(text))).toMatchObject({ warning: 305 });
  });

  it('baresip#3353: An answer with another profile than offered is refused', () => {
    const offering = new Negotiation(LOCAL, '2');
    offering.offer();
    const text = withLine('m', 'm=audio 24758 RTP/SAVP 8 0 101');
    expect(offering.readAnswer(read(text))).toMatchObject({ warning: 302 });
  });

  it('doubango#208: A telephone-event rtpmap with a channel count is read', () => {
    const text = written([...GOOD.slice(0, 6), 'a=rtpmap:101 telephone-event/8000/1']);
    expect(answerTo(text).agreed.dtmfPayloadType).toBe(101);
  });
});

describe('white space in attributes', () => {
  it.each([
    ['a=sendonly ', 'recvonly'],
    ['a=inactive ', 'inactive'],
    ['a=inactive\t', 'inactive'],
    ['a= inactive', 'inactive'],
    ['a=sendonly:', 'recvonly'],
    ['a=SendOnly', 'recvonly'],
    ['a =recvonly', 'sendonly'],
    ['a=sendrecv  ', 'sendrecv'],
  ])('White space does not change the direction: %j is answered %s', (line, direction) => {
    expect(answerTo(written([...GOOD, line])).agreed.direction).toBe(direction);
    expect(answerTo(withLine('t', 't=0 0', line)).agreed.direction).toBe(direction);
  });

  it.each([
    'a=rtpmap:96  telephone-event/8000 ',
    'a=rtpmap: 96 telephone-event / 8000 / 1',
    'a=rtpmap:96\ttelephone-event/8000',
    'a=RTPMAP:96 Telephone-Event/8000',
    'a=rtpmap :96 telephone-event',
  ])('White space does not hide the encoding of a payload type: %j', (line) => {
    const text = written([...GOOD.slice(0, 5), 'm=audio 40000 RTP/AVP 0 96', line]);
    expect(answerTo(text).agreed.dtmfPayloadType).toBe(96);
  });
});

describe('agreement on telephone-event', () => {
  const offer = (media: string, ...attributes: string[]) =>
    written([...GOOD.slice(0, 5), media, ...attributes, 'a=rtpmap:0 PCMU/8000']);

  it.each<[string, string, number]>([
    [
      'events before the codec (pjproject#202)',
      offer('m=audio 40000 RTP/AVP 101 0', 'a=rtpmap:101 telephone-event/8000'),
      101,
    ],
    [
      'events by a number below 100 (linphone-android#262)',
      offer('m=audio 40000 RTP/AVP 0 97', 'a=rtpmap:97 telephone-event/8000', 'a=fmtp:97 0-15'),
      97,
    ],
    [
      'comfort noise after the events, and an address in the section only (pjproject#2369)',
      written([
        ...GOOD.slice(0, 3),
        't=0 0',
        'm=audio 30148 RTP/AVP 0 101 13',
        'c=IN IP4 192.0.2.7',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtpmap:13 CN/8000',
        'a=silenceSupp:off - - - -',
      ]),
      101,
    ],
    [
      'a payload type with two rtpmaps (pjproject#2675)',
      offer(
        'm=audio 40000 RTP/AVP 0 101',
        'a=rtpmap:101 telephone-event/16000',
        'a=rtpmap:101 telephone-event/8000',
      ),
      101,
    ],
    [
      'two payload types with one clock rate (pjproject#2375)',
      offer(
        'm=audio 5078 RTP/AVP 0 101 96',
        'a=rtpmap:101 telephone-event/8000',
        'a=rtpmap:96 telephone-event/8000',
      ),
      101,
    ],
    [
      'events before the codec (pjproject#202)',
      offer('m=audio 40000 RTP/AVP 101 0', 'a=rtpmap:101 telephone-event/8000'),
      101,
    ],
    [
      'events with several clock rates (livekit/sip#141)',
      offer(
        'm=audio 40000 RTP/AVP 107 0 101 102',
        'a=rtpmap:107 opus/48000/2',
        'a=rtpmap:101 telephone-event/48000',
        'a=rtpmap:102 telephone-event/8000',
      ),
      102,
    ],
  ])('Telephone-event is agreed on in an unusual offer: %s', (_, text, number) => {
    expect(answerTo(text).agreed).toMatchObject({ codec: 'PCMU', dtmfPayloadType: number });
  });

  it('Events with another clock rate only do not prevent a call (linphone-iphone#335)', () => {
    const text = offer('m=audio 7292 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/48000');
    expect(answerTo(text).agreed.codec).toBe('PCMU');
  });
});
