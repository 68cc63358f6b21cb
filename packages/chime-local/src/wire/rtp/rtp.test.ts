import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reception } from './reception.ts';
import { type RtcpPacket, readRtcp, writeRtcp } from './rtcp-packet.ts';
import {
  createRtpHeader,
  looksLikeRtcp,
  readRtpHeader,
  writeRtpHeader,
  writeRtpPacket,
} from './rtp-packet.ts';

const plain = {
  marker: true,
  payloadType: 8,
  sequenceNumber: 65_535,
  timestamp: 4_294_967_295,
  ssrc: 3_735_928_559,
};

describe('RTP packets', () => {
  it('RTP packets are read as they were written', () => {
    const bytes = writeRtpPacket({
      ...plain,
      payload: Uint8Array.of(1, 2, 3),
      csrcs: [7, 8],
      extension: { profile: 0xbede, data: Uint8Array.of(0x10, 0xff, 0, 0, 9) },
      padding: 5,
    });
    const header = createRtpHeader();
    expect(readRtpHeader(bytes, header)).toBeUndefined();
    expect(header).toMatchObject({ ...plain, csrcCount: 2, extensionProfile: 0xbede });
    expect([...bytes.subarray(header.payloadStart, header.payloadEnd)]).toEqual([1, 2, 3]);
    expect([...bytes.subarray(header.extensionStart, header.extensionEnd)]).toEqual([
      16, 255, 0, 0, 9, 0, 0, 0,
    ]);
  });

  it('The header has the bytes of RFC 3550 section 5.1', () => {
    const bytes = new Uint8Array(12);
    writeRtpHeader(bytes, { marker: false, payloadType: 0, sequenceNumber: 258, timestamp: 1, ssrc: 2 });
    expect([...bytes]).toEqual([0x80, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 2]);
  });

  it('Damaged RTP packets are refused', () => {
    const header = createRtpHeader();
    const good = writeRtpPacket({ ...plain, payload: new Uint8Array(4), padding: 4 });
    expect(readRtpHeader(good.subarray(0, 11), header)).toBe('too-short');
    expect(readRtpHeader(new Uint8Array(9_217), header)).toBe('too-long');
    expect(readRtpHeader(Uint8Array.of(0x40, ...good.subarray(1)), header)).toBe('wrong-version');
    expect(readRtpHeader(Uint8Array.of(0x8f, ...good.subarray(1)), header)).toBe('cut-off');
    expect(readRtpHeader(Uint8Array.of(0x90, ...good.subarray(1, 14)), header)).toBe('cut-off');
    expect(readRtpHeader(Uint8Array.of(...good.subarray(0, 19), 0), header)).toBe('bad-padding');
    expect(readRtpHeader(Uint8Array.of(...good.subarray(0, 19), 99), header)).toBe('bad-padding');
  });

  it('Header fields never point outside the packet, whatever its bytes', () => {
    const header = createRtpHeader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, version2) => {
        if (version2 && bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
        if (readRtpHeader(bytes, header)) return;
        expect(header.payloadStart).toBeLessThanOrEqual(header.payloadEnd);
        expect(header.payloadEnd).toBeLessThanOrEqual(bytes.length);
        expect(header.extensionEnd).toBeLessThanOrEqual(header.payloadStart);
      }),
      { seed: 11, numRuns: 3_000 },
    );
  });

  it('RTP and RTCP are distinguished on a shared port', () => {
    expect(looksLikeRtcp(Uint8Array.of(0x80, 200))).toBe(true);
    expect(looksLikeRtcp(Uint8Array.of(0x80, 0x80 | 0))).toBe(false);
    expect(looksLikeRtcp(Uint8Array.of(0x80, 0x80 | 101))).toBe(false);
    expect(looksLikeRtcp(new Uint8Array())).toBe(false);
  });
});

const block = {
  ssrc: 5,
  fractionLost: 12,
  cumulativeLost: -3,
  highestSequence: 70_000,
  jitter: 80,
  lastSenderReport: 0x89abcdef,
  delaySinceLastSenderReport: 65_536,
};

const compound: RtcpPacket[] = [
  {
    kind: 'sender-report',
    ssrc: 1,
    ntpSeconds: 4_000_000_000,
    ntpFraction: 2_147_483_648,
    rtpTimestamp: 160,
    packets: 1,
    bytes: 160,
    blocks: [block],
  },
  { kind: 'receiver-report', ssrc: 1, blocks: [] },
  {
    kind: 'source-description',
    sources: [
      { ssrc: 1, cname: 'leg@host' },
      { ssrc: 2, cname: '' },
    ],
  },
  { kind: 'goodbye', ssrcs: [1], reason: 'over' },
  { kind: 'goodbye', ssrcs: [1, 2] },
];

describe('RTCP compounds', () => {
  it('RTCP compounds are read as they were written', () => {
    expect(readRtcp(writeRtcp(compound))).toEqual({ packets: compound });
  });

  it('RTCP packets of other types are skipped; damaged compounds are refused', () => {
    const bytes = writeRtcp(compound);
    const withFeedback = Uint8Array.of(...bytes, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2);
    expect(readRtcp(withFeedback)).toEqual({ packets: compound });
    expect(readRtcp(bytes.subarray(0, 30))).toEqual({ fault: 'cut-off' });
    expect(readRtcp(bytes.subarray(0, 4))).toEqual({ fault: 'too-short' });
    expect(readRtcp(writeRtcp(compound.slice(3)))).toEqual({ fault: 'no-report-first' });
    expect(readRtcp(writeRtcp(compound.slice(3)), true)).toEqual({ packets: compound.slice(3) });
  });

  it('Any bytes give either RTCP packets or a fault', () => {
    const good = writeRtcp(compound);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = good.slice(0, length || good.length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const reading = readRtcp(bytes, true);
          expect('packets' in reading || 'fault' in reading).toBe(true);
          if ('packets' in reading) readRtcp(writeRtcp(reading.packets), true);
        },
      ),
      { seed: 12, numRuns: 3_000 },
    );
  });
});

describe('reception reports', () => {
  it('Reports count loss since the beginning and the last report', () => {
    const reception = new Reception(8000);
    expect(reception.takeReport(0)).toBeUndefined();
    for (let n = 0; n < 100; n++) {
      if (n % 4 !== 3) reception.count(9, (65_500 + n) & 0xffff, n * 160, n * 20);
    }
    const report = reception.takeReport(2000)!;
    expect(report).toMatchObject({ ssrc: 9, cumulativeLost: 24, lastSenderReport: 0, jitter: 0 });
    expect(report.fractionLost).toBe(Math.floor((24 * 256) / 99));
    expect(report.highestSequence).toBe(65_536 + 62);
    reception.count(9, 63, 99 * 160, 1980);
    expect(reception.takeReport(2100)).toMatchObject({ fractionLost: 0, cumulativeLost: 24 });
  });

  it('Jitter is measured in timestamp units, across the timestamp wraparound', () => {
    const reception = new Reception(8000);
    for (let n = 0; n < 1000; n++) {
      reception.count(1, n, (2 ** 32 - 80_000 + n * 160) % 2 ** 32, n * 20 + (n % 2) * 5);
    }
    expect(reception.jitter).toBeGreaterThan(36);
    expect(reception.jitter).toBeLessThan(42);
  });

  it('Reports quote the last sender report and the time since', () => {
    const reception = new Reception(8000);
    reception.count(1, 1, 1, 0);
    reception.noteSenderReport({ ...(compound[0] as RtcpPacket & { kind: 'sender-report' }) }, 1000);
    const report = reception.takeReport(1500)!;
    expect(report.lastSenderReport).toBe((((4_000_000_000 & 0xffff) << 16) | 0x8000) >>> 0);
    expect(report.delaySinceLastSenderReport).toBe(32_768);
  });

  it('Statistics start anew with another source, and after a confirmed jump', () => {
    const reception = new Reception(8000);
    for (let n = 0; n < 10; n++) reception.count(1, n, n, n);
    reception.count(1, 40_000, 1, 1);
    expect(reception.received).toBe(10);
    reception.count(1, 40_001, 1, 1);
    expect(reception.received).toBe(1);
    reception.count(2, 5, 1, 1);
    expect(reception.takeReport(0)).toMatchObject({ ssrc: 2, cumulativeLost: 0 });
  });
});
