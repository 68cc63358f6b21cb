import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasIntegrity, readStun, type StunMessage, writeError, writeRequest, writeSuccess } from './index.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** The sample request of RFC 5769 section 2.1. */
const SAMPLE_REQUEST = hex(`
  00010058 2112a442 b7e7a701bc34d686fa87dfae
  80220010 5354554e207465737420636c69656e74
  00240004 6e0001ff
  80290008 932ff9b151263b36
  00060009 6576746a3a68367659202020
  00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
  80280004 e57a3bcf`);
/** The sample responses of RFC 5769 sections 2.2 and 2.3. */
const SAMPLE_RESPONSE_4 = hex(`
  0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
  80280004 c07d4c96`);
const SAMPLE_RESPONSE_6 = hex(`
  01010048 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
  80280004 c8fb0b4c`);
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';

function read(bytes: Buffer): StunMessage {
  const message = readStun(bytes);
  if ('fault' in message) throw new Error(message.fault);
  return message;
}

/** The value of the first attribute with this type. */
function attribute(message: Buffer, type: number): Buffer | undefined {
  for (let at = 20; at < message.length; ) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === type) return message.subarray(at + 4, at + 4 + length);
    at += 4 + ((length + 3) & ~3);
  }
  return undefined;
}

describe('the sample messages of RFC 5769', () => {
  it('The request and its MESSAGE-INTEGRITY are read', () => {
    const request = read(SAMPLE_REQUEST);
    expect(request).toMatchObject({
      class: 'request',
      username: 'evtj:h6vY',
      priority: 0x6e0001ff,
      role: 'controlled',
      useCandidate: false,
      unknownAttributes: [],
    });
    expect(hasIntegrity(request, PASSWORD)).toBe(true);
    expect(hasIntegrity(request, `${PASSWORD}x`)).toBe(false);
  });

  it.each([
    ['IPv4', SAMPLE_RESPONSE_4, '192.0.2.1'],
    ['IPv6', SAMPLE_RESPONSE_6, '2001:db8:1234:5678:11:2233:4455:6677'],
  ])('The mapped address of the %s response is written', (_family, sample, address) => {
    expect(hasIntegrity(read(sample), PASSWORD)).toBe(true);
    const ours = writeSuccess(read(SAMPLE_REQUEST), address, 32_853, PASSWORD);
    expect(attribute(ours, 0x20)).toEqual(attribute(sample, 0x20));
    const message = read(ours);
    expect(message.class).toBe('success');
    expect(message.transactionId).toEqual(read(SAMPLE_REQUEST).transactionId);
    expect(hasIntegrity(message, PASSWORD)).toBe(true);
  });
});

describe('responses', () => {
  const request = read(SAMPLE_REQUEST);

  it('Addresses are written in every form that a socket reports', () => {
    const mapped = (address: string) => {
      const value = attribute(writeSuccess(request, address, 1, 'p'), 0x20)!;
      const mask = SAMPLE_REQUEST.subarray(4, 20);
      return [...value.subarray(4)].map((byte, n) => byte ^ mask[n]!);
    };
    expect(mapped('::ffff:127.0.0.1')).toEqual([127, 0, 0, 1]);
    expect(mapped('::1')).toEqual([...new Array(15).fill(0), 1]);
    expect(mapped('fe80::1%lo')).toEqual([0xfe, 0x80, ...new Array(13).fill(0), 1]);
    expect(mapped('1:2:3:4:5:6:7:8')).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
  });

  it.each([
    [400, 4, 0, 'Bad Request'],
    [401, 4, 1, 'Unauthenticated'],
    [487, 4, 87, 'Role Conflict'],
  ] as const)('A request is refused with %i', (code, hundreds, rest, reason) => {
    const answer = writeError(request, code);
    const message = read(answer);
    expect(message.class).toBe('error');
    expect(message.integrityAt).toBe(-1);
    expect([...attribute(answer, 9)!.subarray(0, 4)]).toEqual([0, 0, hundreds, rest]);
    expect(attribute(answer, 9)!.toString('latin1', 4)).toBe(reason);
    expect(hasIntegrity(read(writeError(request, code, 'secret')), 'secret')).toBe(true);
  });

  it('A 420 names the unknown attributes', () => {
    const bytes = writeRequest({
      transactionId: Buffer.alloc(12),
      username: 'a:b',
      password: 'p',
      priority: 1,
    });
    // PRIORITY becomes an attribute that is unknown.
    bytes.writeUInt16BE(0x7001, 20 + 4 + 4);
    const unknown = read(withoutFingerprint(bytes));
    expect(unknown.unknownAttributes).toEqual([0x7001]);
    expect(attribute(writeError(unknown, 420), 0x0a)).toEqual(hex('7001'));
  });
});

/** The message without its last attribute, FINGERPRINT. */
function withoutFingerprint(message: Buffer): Buffer {
  const shorter = Buffer.from(message.subarray(0, message.length - 8));
  shorter.writeUInt16BE(shorter.length - 20, 2);
  return shorter;
}

describe('a connectivity check', () => {
  const check = {
    transactionId: Buffer.from('twelve bytes'),
    username: 'ours:theirs',
    password: 'a password',
    priority: 77,
    useCandidate: true,
  };

  it('A check reads back as it was written', () => {
    const message = read(writeRequest(check));
    expect(message).toMatchObject({
      class: 'request',
      username: 'ours:theirs',
      priority: 77,
      useCandidate: true,
      role: 'controlling',
    });
    expect(hasIntegrity(message, 'a password')).toBe(true);
  });

  it('A check with any bit changed is refused', () => {
    const bytes = writeRequest(check);
    // Only the type of FINGERPRINT may change: without FINGERPRINT the message is still genuine.
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      if (bit >> 4 === (bytes.length - 8) >> 1) continue;
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = forged[bit >> 3]! ^ (1 << (bit & 7));
      const message = readStun(forged);
      expect('fault' in message || !hasIntegrity(message, 'a password')).toBe(true);
    }
  });

  it('Attributes after MESSAGE-INTEGRITY are ignored', () => {
    const signed = withoutFingerprint(writeRequest({ ...check, useCandidate: false }));
    const added = Buffer.concat([signed, hex('00250000')]);
    added.writeUInt16BE(added.length - 20, 2);
    const message = read(added);
    expect(message.useCandidate).toBe(false);
    expect(hasIntegrity(message, 'a password')).toBe(true);
  });

  it('A check without MESSAGE-INTEGRITY is not genuine', () => {
    const message = read(hex('000100002112a442000000000000000000000000'));
    expect(hasIntegrity(message, '')).toBe(false);
  });
});

describe('any bytes', () => {
  it('Any bytes are read or refused without a failure', () => {
    const base = writeRequest({
      transactionId: Buffer.alloc(12),
      username: 'a:b',
      password: 'p',
      priority: 1,
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(base.length),
        fc.uint8Array({ maxLength: 60 }),
        (changes, cut, more) => {
          const bytes = Buffer.concat([base.subarray(0, cut), more]);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          if (bytes.length > 20) bytes.writeUInt16BE(bytes.length - 20, 2);
          const message = readStun(bytes);
          if ('fault' in message) return;
          expect(hasIntegrity(message, 'another')).toBe(false);
          expect(writeError(message, 420).length).toBeLessThan(256);
        },
      ),
      { numRuns: 1_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1_500 }), (bytes) => void readStun(Buffer.from(bytes))));
  });

  it('Too many attributes or bytes are refused', () => {
    const many = Buffer.alloc(20 + 4 * 40);
    hex('0001').copy(many);
    many.writeUInt16BE(many.length - 20, 2);
    many.writeUInt32BE(0x2112a442, 4);
    for (let at = 20; at < many.length; at += 4) many.writeUInt16BE(0x9000, at);
    expect(readStun(many)).toEqual({ fault: 'more than 32 attributes' });
    expect(readStun(Buffer.concat([hex('0001'), Buffer.alloc(1_000)]))).toEqual({
      fault: 'longer than 548 bytes',
    });
  });
});
