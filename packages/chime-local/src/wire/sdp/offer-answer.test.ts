import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SDP_LIMITS } from './limits.ts';
import { type AgreedAudio, type Disagreement, Negotiation } from './offer-answer.ts';
import { parseSessionDescription } from './parse-session-description.ts';
import type { SessionDescription } from './session-description.ts';
import { writeSessionDescription } from './write-session-description.ts';

const LOCAL = { address: '198.51.100.1', rtpPort: 20_000, rtcpPort: 20_001 };
const HEAD = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0'];

function read(text: string | Buffer): SessionDescription {
  const result = parseSessionDescription(Buffer.from(text));
  if (result.kind === 'malformed') throw new Error(result.text);
  return result.description;
}

function offer(...media: string[]): SessionDescription {
  return read([...HEAD, ...media, ''].join('\r\n'));
}

function agreedOf(result: { body?: Buffer; agreed: AgreedAudio } | Disagreement): AgreedAudio {
  if ('kind' in result) throw new Error(result.text);
  return result.agreed;
}

function answered(negotiation: Negotiation, description: SessionDescription) {
  const result = negotiation.answer(description);
  if ('kind' in result) throw new Error(result.text);
  return { text: result.body.toString(), lines: result.body.toString().split('\r\n'), agreed: result.agreed };
}

const PHONE = offer(
  'm=audio 40000 RTP/AVP 9 8 0 96',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:96 telephone-event/8000',
  'a=fmtp:96 0-16',
  'a=ptime:30',
);

describe('answering an offer (RFC 3264 section 6)', () => {
  it("The answer has the offer's first telephone codec and its payload types", () => {
    const { agreed, lines } = answered(new Negotiation(LOCAL, '77'), PHONE);
    expect(agreed).toEqual({
      address: '192.0.2.7',
      rtpPort: 40_000,
      rtcpPort: 40_001,
      codec: 'PCMA',
      payloadType: 8,
      dtmfPayloadType: 96,
      direction: 'sendrecv',
      ptime: 30,
    });
    expect(lines).toEqual([
      'v=0',
      'o=- 77 1 IN IP4 198.51.100.1',
      's=-',
      'c=IN IP4 198.51.100.1',
      't=0 0',
      'm=audio 20000 RTP/AVP 8 96',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-15',
      'a=ptime:30',
      'a=sendrecv',
      '',
    ]);
  });

  it('A remapped codec or telephone-event at another rate is not used', () => {
    const { agreed } = answered(
      new Negotiation(LOCAL, '1'),
      offer('m=audio 4 RTP/AVP 98 0 101', 'a=rtpmap:98 PCMU/16000', 'a=rtpmap:101 telephone-event/48000'),
    );
    expect(agreed).toMatchObject({ codec: 'PCMU', payloadType: 0 });
    expect(agreed.dtmfPayloadType).toBeUndefined();
    expect(Negotiation.judge(offer('m=audio 4 RTP/AVP 0', 'a=rtpmap:0 G729/8000'), 4)?.warning).toBe(305);
  });

  it('Media sections are answered in place; refused ones have port 0', () => {
    const { lines } = answered(
      new Negotiation(LOCAL, '1'),
      offer(
        'm=video 50000 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'm=audio 40000 RTP/SAVP 0',
        'm=audio 40002 RTP/AVP 0',
        'm=audio 40004 RTP/AVP 8',
        'm=application 9 UDP/BFCP *',
      ),
    );
    expect(lines.filter((line) => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 20000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 8',
      'm=application 0 UDP/BFCP *',
    ]);
  });

  it('a=rtcp (RFC 3605) is followed; rtcp-mux (RFC 5761) only if offered', () => {
    const plain = answered(
      new Negotiation({ ...LOCAL, rtcpPort: 21_000 }, '1'),
      offer('m=audio 40000 RTP/AVP 0', 'a=rtcp:53020 IN IP4 192.0.2.9'),
    );
    expect(plain.agreed.rtcpPort).toBe(53_020);
    expect(plain.text).not.toContain('rtcp-mux');
    expect(plain.text).toContain('a=rtcp:21000');
    const mux = answered(new Negotiation(LOCAL, '1'), offer('m=audio 40000 RTP/AVP 0', 'a=rtcp-mux'));
    expect(mux.agreed.rtcpPort).toBe(40_000);
    expect(mux.text).toContain('a=rtcp-mux');
  });

  const directions: [string, string][] = [
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ];
  for (const [theirs, ours] of directions) {
    it(`Section 6.1: an offer of ${theirs} is answered ${ours}`, () => {
      const result = answered(new Negotiation(LOCAL, '1'), offer('m=audio 4000 RTP/AVP 0', `a=${theirs}`));
      expect(result.agreed.direction).toBe(ours);
      expect(result.lines).toContain(`a=${ours}`);
    });
  }

  it("The session's direction applies to media sections without one", () => {
    const description = read([...HEAD, 'a=inactive', 'm=audio 4000 RTP/AVP 0', ''].join('\r\n'));
    expect(answered(new Negotiation(LOCAL, '1'), description).agreed.direction).toBe('inactive');
  });

  it('Section 8.4: c=0.0.0.0 means hold, so nothing is sent', () => {
    const description = offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0');
    const { agreed } = answered(new Negotiation(LOCAL, '1'), description);
    expect(agreed.direction).toBe('recvonly');
    expect(agreed.address).toBeUndefined();
  });

  const refused: [string, SessionDescription, number][] = [
    ['no media', offer(), 304],
    ['no audio', offer('m=video 4000 RTP/AVP 96'), 304],
    ['encrypted audio only', offer('m=audio 4000 RTP/SAVP 0'), 302],
    ['declined audio', offer('m=audio 0 RTP/AVP 0'), 304],
    ['other codecs only', offer('m=audio 4000 RTP/AVP 18'), 305],
    ['a host name', offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 host.example.com'), 301],
    ['a multicast address', offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 224.2.36.42/127'), 301],
    ['IPv6', offer('m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::1'), 300],
    ['an invalid address', offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 192.0.2.300'), 301],
  ];
  for (const [name, description, code] of refused) {
    it(`An offer of ${name} is refused and changes nothing`, () => {
      const negotiation = new Negotiation(LOCAL, '1');
      expect(negotiation.answer(description)).toMatchObject({ kind: 'disagreement', warning: code });
      expect(Negotiation.judge(description, 4)?.warning).toBe(code);
      expect(negotiation.agreed).toBeUndefined();
    });
  }

  it('An unusable address in c= is replaced by that of the signalling', () => {
    const known = new Negotiation(LOCAL, '1', '192.0.2.7');
    for (const line of ['c=IN IP6 fd00::2', 'c=IN IP4 phone.example.com']) {
      const description = offer('m=audio 4000 RTP/AVP 0', line);
      expect(answered(known, description).agreed.address).toBe('192.0.2.7');
      expect(Negotiation.judge(description, 4, '192.0.2.7')).toBeUndefined();
    }
    expect(known.answer(offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 224.2.36.42/127'))).toMatchObject({
      warning: 301,
    });
    expect(known.answer(offer('m=audio 4000 RTP/AVP 0', 'c=IN IP6 ff02::1'))).toMatchObject({ warning: 301 });
  });

  it('An IPv6 offer is answered when we are reached by IPv6', () => {
    const negotiation = new Negotiation({ ...LOCAL, address: '2001:db8::5' }, '1');
    const { agreed, lines } = answered(negotiation, offer('m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::1'));
    expect(agreed.address).toBe('2001:db8::1');
    expect(lines).toContain('c=IN IP6 2001:db8::5');
  });
});

describe('changing a session (RFC 3264 section 8)', () => {
  it('The version in o= rises by one when the answer differs', () => {
    const negotiation = new Negotiation(LOCAL, '5');
    const version = (description: SessionDescription) =>
      / (\d+) IN/.exec(answered(negotiation, description).lines[1]!)![1];
    expect(version(PHONE)).toBe('1');
    expect(version(PHONE)).toBe('1');
    expect(version(offer('m=audio 4000 RTP/AVP 0', 'a=sendonly'))).toBe('2');
    expect(version(offer('m=audio 4000 RTP/AVP 0', 'a=sendonly'))).toBe('2');
    expect(version(PHONE)).toBe('3');
  });

  it('A changed address and codec are followed', () => {
    const negotiation = new Negotiation(LOCAL, '5');
    answered(negotiation, PHONE);
    const { agreed } = answered(negotiation, offer('m=audio 41000 RTP/AVP 0', 'c=IN IP4 192.0.2.99'));
    expect(agreed).toMatchObject({ address: '192.0.2.99', rtpPort: 41_000, codec: 'PCMU', payloadType: 0 });
    expect(negotiation.agreed).toEqual(agreed);
  });

  it('Our offer keeps the number and places of the media sections', () => {
    const negotiation = new Negotiation(LOCAL, '5');
    answered(negotiation, offer('m=video 50000 RTP/AVP 96', 'm=audio 40000 RTP/AVP 8'));
    const media = read(negotiation.offer('sendonly')).media;
    expect(media.map(({ type, port }) => [type, port])).toEqual([
      ['video', 0],
      ['audio', 20_000],
    ]);
    expect(media[1]!.formats).toEqual(['8', '0', '101']);
  });
});

describe('late offer (RFC 3264 section 5, RFC 3261 section 13.2.1)', () => {
  it('An offer of ours has both codecs and telephone-event; the answer chooses', () => {
    const ours = new Negotiation(LOCAL, '5');
    const theirs = new Negotiation({ address: '192.0.2.7', rtpPort: 40_000, rtcpPort: 40_001 }, '6');
    const answer = answered(theirs, read(ours.offer()));
    expect(agreedOf(ours.readAnswer(read(answer.text)))).toMatchObject({
      address: '192.0.2.7',
      rtpPort: 40_000,
      codec: 'PCMU',
      payloadType: 0,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
    });
    expect(answer.agreed).toMatchObject({ address: '198.51.100.1', rtpPort: 20_000 });
  });

  it('An answer to our offer without audio is refused', () => {
    const negotiation = new Negotiation(LOCAL, '5');
    negotiation.offer();
    expect(negotiation.readAnswer(offer('m=audio 0 RTP/AVP 0'))).toMatchObject({ kind: 'disagreement' });
    expect(negotiation.readAnswer(offer())).toMatchObject({ kind: 'disagreement' });
  });
});

describe('any description', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'a=ptime:20',
      'a=rtcp:1',
      'a=sendonly',
      'a=rtpmap:0 PCMU/8000',
      'b=AS:64',
      'i=x',
      't=0 0',
      'k=x',
    ),
    fc.constantFrom(
      'm=audio 1 RTP/AVP 0',
      'm=video 0 RTP/AVP 96 97',
      'c=IN IP4 0.0.0.0',
      'c=IN IP6 ::1',
      'a=rtcp-mux',
    ),
    fc.string({ maxLength: 12 }).map((text) => `a=${text.replace(/[\r\n\0]/g, '')}`),
    fc.string({ maxLength: 12 }),
  );
  const text = fc.array(line, { maxLength: 14 }).map((lines) => [...HEAD, ...lines, ''].join('\r\n'));
  let read3264 = 0;

  function check(bytes: Buffer): void {
    const result = parseSessionDescription(bytes);
    if (result.kind === 'malformed') return;
    read3264++;
    const written = writeSessionDescription(result.description);
    const again = read(written);
    expect(writeSessionDescription(again).toString()).toBe(written.toString());
    const negotiation = new Negotiation(LOCAL, '1');
    const answer = negotiation.answer(result.description);
    if (!('kind' in answer)) {
      const ours = read(answer.body);
      expect(ours.media).toHaveLength(result.description.media.length);
    }
    negotiation.offer();
    negotiation.readAnswer(result.description);
  }

  it('Reading never throws, and descriptions survive writing and reading', () => {
    fc.assert(
      fc.property(text, (value) => check(Buffer.from(value))),
      { seed: 8866, numRuns: 4_000 },
    );
    expect(read3264).toBeGreaterThan(500);
  });

  it('Random bytes never make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check(Buffer.from(bytes))),
      { seed: 8866, numRuns: 1_000 },
    );
  });

  const malformed: [string, string][] = [
    ['nothing', ''],
    ['another version', 'v=1\r\no=- 1 1 IN IP4 1.2.3.4\r\n'],
    ['a text that is not a description', 'Hello\r\nx=1\r\n'],
    ['too many media sections', [...HEAD, ...Array(17).fill('m=audio 1 RTP/AVP 0'), ''].join('\r\n')],
    ['too many lines', [...HEAD, ...Array(SDP_LIMITS.lines + 1).fill('a=x'), ''].join('\r\n')],
    ['too many bytes', [...HEAD, `a=${'x'.repeat(SDP_LIMITS.bytes)}`, ''].join('\r\n')],
  ];
  for (const [name, value] of malformed) {
    it(`A description with ${name} is malformed`, () => {
      const result = parseSessionDescription(Buffer.from(value));
      expect(result.kind).toBe('malformed');
    });
  }
});
