import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtpHeader, SrtcpSession, SrtpSession } from 'werift';
import { AesGcmCipher } from './aes-gcm-cipher.ts';
import { deriveSessionKeys } from './key-derivation.ts';
import { indexOf } from './packet-index.ts';
import { SRTP_PROFILES, type SrtpMasterKey, type SrtpProfile } from './profile.ts';
import { REPLAY_WINDOW, ReplayWindow } from './replay-window.ts';
import { MAX_STREAMS, SrtpReceiver } from './srtp-receiver.ts';
import { SrtpSender } from './srtp-sender.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const CM = SRTP_PROFILES.find(({ id }) => id === 1) as SrtpProfile;
const masterFor = (profile: SrtpProfile): SrtpMasterKey => ({
  key: randomBytes(profile.keyLength),
  salt: randomBytes(profile.saltLength),
});

function rtp(sequenceNumber: number, ssrc = 0x01020304, payload = randomBytes(160)): Buffer {
  const packet = Buffer.alloc(12 + payload.length);
  packet[0] = 0x80;
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(160 * sequenceNumber, 4);
  packet.writeUInt32BE(ssrc, 8);
  payload.copy(packet, 12);
  return packet;
}

/** An empty receiver report, followed by a source description with a CNAME. */
function rtcp(ssrc = 0x01020304): Buffer {
  const packet = Buffer.from('80c90001000000008' + '1ca0003000000000106414243444546', 'hex');
  packet.writeUInt32BE(ssrc, 4);
  return Buffer.concat([packet, Buffer.alloc((4 - (packet.length % 4)) % 4)]);
}

describe('key derivation', () => {
  it('The keys of RFC 3711 appendix B.3 are derived', () => {
    const master = {
      key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'),
      salt: hex('0EC675AD498AFEEBB6960B3AABE6'),
    };
    const keys = deriveSessionKeys(CM, master, 'rtp');
    expect(keys.encryption).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(keys.salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(keys.authentication).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  });

  it('Keys of the wrong length are refused with the expected length', () => {
    const master = { key: Buffer.alloc(16), salt: Buffer.alloc(12) };
    expect(() => new SrtpSender(CM, master)).toThrow(/salt of 14 bytes; got 16 and 12/);
  });
});

describe('AES-CM with HMAC-SHA1', () => {
  const master = {
    key: hex('e1f97a0d3e018be0d64fa32c06de4139'),
    salt: hex('0ec675ad498afeebb6960b3aabe6'),
  };
  const plain = hex('800f1234decafbadcafebabe abababababababababababababababab');
  const sealed = hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb');
  const plainReport = hex('81c8000bcafebabe abababababababababababababababab');
  const sealedReport = hex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798');

  it('The common test packets of other implementations are sealed and opened', () => {
    const sender = new SrtpSender(CM, master);
    expect(sender.protectRtp(plain)).toEqual(sealed);
    expect(sender.protectRtcp(plainReport)).toEqual(sealedReport);
    const receiver = new SrtpReceiver(CM, master);
    expect(receiver.unprotectRtp(Buffer.from(sealed))).toEqual(plain);
    expect(receiver.unprotectRtcp(Buffer.from(sealedReport))).toEqual(plainReport);
  });
});

describe('AES-GCM', () => {
  const keys = {
    encryption: hex('000102030405060708090a0b0c0d0e0f'),
    authentication: Buffer.alloc(0),
    salt: hex('517569642070726f2071756f'),
  };

  it('The packet of RFC 7714 section 16.1.1 is sealed and opened', () => {
    const plain = hex(
      `8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e6973 2064697669736120696e207061727465 7320747265 73`,
    );
    const sealed = hex(
      `8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bca be633bd50d294e6f42a5f47a51c7d19b
       36de3adf8833899d7f27beb16a9152cf765ee4390cce`,
    );
    const cipher = new AesGcmCipher(keys, false);
    expect(cipher.seal(plain, 12, 0x5501a0b2, 0xf17b)).toEqual(sealed);
    expect(cipher.open(Buffer.from(sealed), 12, 0x5501a0b2, 0xf17b)).toEqual(plain);
  });

  it('The packet of RFC 7714 section 17.1 is sealed and opened', () => {
    const plain = hex(
      '81c8000d4d617273 4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
    );
    const sealed = hex(
      `81c8000d4d617273 63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b
       c84aa45896cf4d2fc5abf87245d9eade800005d4`,
    );
    const cipher = new AesGcmCipher(keys, true);
    expect(cipher.seal(plain, 8, 0x4d617273, 0x5d4)).toEqual(sealed);
    expect(cipher.open(Buffer.from(sealed), 8, 0x4d617273, 0x5d4)).toEqual(plain);
  });
});

describe.each(SRTP_PROFILES.map((profile) => [profile.name, profile] as const))('%s', (_name, profile) => {
  it('Packets are exchanged with another implementation in both directions', () => {
    const ours = masterFor(profile);
    const theirs = masterFor(profile);
    const peerOptions = {
      profile: profile.id as 1 | 7,
      keys: {
        localMasterKey: Buffer.from(theirs.key),
        localMasterSalt: Buffer.from(theirs.salt),
        remoteMasterKey: Buffer.from(ours.key),
        remoteMasterSalt: Buffer.from(ours.salt),
      },
    };
    const peer = new SrtpSession(peerOptions);
    const peerReports = new SrtcpSession(peerOptions);
    const sender = new SrtpSender(profile, ours);
    const receiver = new SrtpReceiver(profile, theirs);
    // The index wraps around twice; the other implementation needs small steps there.
    for (let n = 65_400; n < 131_200; n += Math.abs((n % 65_536) - 32_768) > 32_600 ? 9 : 1_999) {
      const packet = rtp(n & 0xffff);
      expect(peer.decrypt(Buffer.from(sender.protectRtp(packet)!))).toEqual(packet);
      const sealed = peer.encrypt(packet.subarray(12), RtpHeader.deSerialize(packet));
      expect(receiver.unprotectRtp(Buffer.from(sealed))).toEqual(packet);
    }
    for (let n = 0; n < 5; n++) {
      const report = rtcp();
      expect(peerReports.decrypt(Buffer.from(sender.protectRtcp(report)!))).toEqual(report);
      expect(receiver.unprotectRtcp(Buffer.from(peerReports.encrypt(report)))).toEqual(report);
    }
  });

  it('Packets of any size are protected without changing the input', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const receiver = new SrtpReceiver(profile, master);
    for (let size = 0, n = 0; size < 1_400; size += 13, n++) {
      const plain = rtp(n, 7, randomBytes(size));
      if (n % 3 === 1 && size >= 28) {
        plain[0] = 0x92;
        plain.writeUInt16BE(2, 12 + 8 + 2);
      }
      const copy = Buffer.from(plain);
      const sealed = sender.protectRtp(plain);
      expect(plain.equals(copy)).toBe(true);
      if (size > 40) expect(sealed?.subarray(0, plain.length).equals(plain)).toBe(false);
      expect(receiver.unprotectRtp(Buffer.from(sealed!))?.equals(plain)).toBe(true);
    }
  });

  it('Four results of the sender remain valid at once', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const receiver = new SrtpReceiver(profile, master);
    const plain = [1, 2, 3, 4].map((n) => rtp(n));
    const sealed = plain.map((packet) => sender.protectRtp(packet)!);
    expect(sealed.map((packet) => receiver.unprotectRtp(packet))).toEqual(plain);
  });

  it('Each packet is accepted once, even a late one', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const receiver = new SrtpReceiver(profile, master);
    const sealed = Array.from({ length: 300 }, (_, n) => Buffer.from(sender.protectRtp(rtp(n))!));
    const take = (n: number) => receiver.unprotectRtp(Buffer.from(sealed[n]!)) !== undefined;
    expect([take(150), take(150), take(149), take(149), take(151)]).toEqual([true, false, true, false, true]);
    expect([take(299), take(299 - REPLAY_WINDOW), take(300 - REPLAY_WINDOW)]).toEqual([true, false, true]);
    const report = Buffer.from(sender.protectRtcp(rtcp())!);
    expect(receiver.unprotectRtcp(Buffer.from(report))).toBeDefined();
    expect(receiver.unprotectRtcp(Buffer.from(report))).toBeUndefined();
  });

  it('A packet with any bit changed is refused', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const sealed = Buffer.from(sender.protectRtp(rtp(5, 9, randomBytes(20)))!);
    const report = Buffer.from(sender.protectRtcp(rtcp())!);
    for (const [packet, isRtcp] of [
      [sealed, false],
      [report, true],
    ] as const) {
      for (let bit = 0; bit < packet.length * 8; bit++) {
        const forged = Buffer.from(packet);
        forged[bit >> 3] = forged[bit >> 3]! ^ (1 << (bit & 7));
        const before = Buffer.from(forged);
        const receiver = new SrtpReceiver(profile, master);
        expect(isRtcp ? receiver.unprotectRtcp(forged) : receiver.unprotectRtp(forged)).toBeUndefined();
        expect(forged.equals(before)).toBe(true);
      }
    }
  });

  it('Forged packets do not disturb the stream', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const receiver = new SrtpReceiver(profile, master);
    expect(receiver.unprotectRtp(Buffer.from(sender.protectRtp(rtp(10))!))).toBeDefined();
    for (let n = 0; n < 500; n++) {
      expect(receiver.unprotectRtp(rtp((n * 131) & 0xffff, n, randomBytes(40)))).toBeUndefined();
    }
    expect(receiver.unprotectRtp(Buffer.from(sender.protectRtp(rtp(11))!))).toBeDefined();
  });

  it('Two packets are never sealed with the same index', () => {
    const sender = new SrtpSender(profile, masterFor(profile));
    expect(sender.protectRtp(rtp(7))).toBeDefined();
    expect(sender.protectRtp(rtp(7))).toBeUndefined();
    expect(sender.protectRtp(rtp(6))).toBeUndefined();
    expect(sender.protectRtp(rtp(7, 8))).toBeDefined();
  });

  it('The number of streams of a far end is limited', () => {
    const master = masterFor(profile);
    const sender = new SrtpSender(profile, master);
    const receiver = new SrtpReceiver(profile, master);
    let taken = 0;
    for (let ssrc = 0; ssrc < MAX_STREAMS + 20; ssrc++) {
      if (receiver.unprotectRtp(Buffer.from(sender.protectRtp(rtp(1, ssrc))!))) taken++;
    }
    expect(taken).toBe(MAX_STREAMS);
    expect(receiver.unprotectRtp(Buffer.from(sender.protectRtp(rtp(2, 0))!))).toBeDefined();
  });

  it('Random bytes are refused without a failure', () => {
    const receiver = new SrtpReceiver(profile, masterFor(profile));
    const sender = new SrtpSender(profile, masterFor(profile));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, formed) => {
        if (formed && bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
        expect(receiver.unprotectRtp(Buffer.from(bytes))).toBeUndefined();
        expect(receiver.unprotectRtcp(Buffer.from(bytes))).toBeUndefined();
        sender.protectRtp(bytes);
        sender.protectRtcp(bytes);
      }),
      { numRuns: 300 },
    );
    expect(sender.protectRtp(Buffer.alloc(5_000, 0x80))).toBeUndefined();
    expect(receiver.unprotectRtp(Buffer.alloc(5_000, 0x80))).toBeUndefined();
  });
});

describe('the index of a packet', () => {
  it('The index of a packet is the nearest with its sequence number', () => {
    expect(indexOf(65_530, -1)).toBe(65_530);
    expect(indexOf(2, 65_530)).toBe(65_538);
    expect(indexOf(65_531, 65_538)).toBe(65_531);
    expect(indexOf(5, 3 * 65_536 + 7)).toBe(3 * 65_536 + 5);
  });

  it('The index follows gaps and delays below half the sequence numbers', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.integer({ min: -32_767, max: 32_767 }), (highest, step) => {
        const index = Math.max(highest + step, 0);
        fc.pre(highest >= 65_536 && index >= 65_536);
        expect(indexOf(index & 0xffff || index % 65_536, highest)).toBe(index);
      }),
    );
  });
});

describe('a replay window', () => {
  it('A replay window accepts each packet once, as a set would', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -200, max: 200 }), { maxLength: 200 }), (steps) => {
        const window = new ReplayWindow();
        const taken = new Set<number>();
        let at = 1_000;
        for (const step of steps) {
          at = Math.max(0, at + step);
          const highest = taken.size > 0 ? Math.max(...taken) : -1;
          const expected = at > highest || (at > highest - REPLAY_WINDOW && !taken.has(at));
          expect(window.allows(at)).toBe(expected);
          if (!expected) continue;
          window.take(at);
          taken.add(at);
        }
      }),
    );
  });
});
