/**
 * RTCP compound packets (RFC 3550 section 6): sender and receiver reports, source descriptions, goodbyes.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  count  |      PT       |   length in words, minus one  |   every packet of the compound
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * SR (200):  SSRC, NTP seconds, NTP fraction, RTP timestamp, packets, bytes, then report blocks
 * RR (201):  SSRC, then report blocks
 * block:     SSRC, fraction lost (8 bits) and lost (24, signed), highest sequence, jitter, LSR, DLSR
 * SDES (202): per source SSRC and items (type, length, text) up to a zero byte, padded to a word
 * BYE (203): SSRCs, then optionally length and reason
 * ```
 */

import { putUint32, uint32 } from './rtp-packet.ts';

/** Larger compound packets are refused (RFC 894: one Ethernet frame). */
export const MAX_RTCP_BYTES = 1_500;

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const SDES_CNAME = 1;
const BLOCK_BYTES = 24;

/** A receiver's statistics about one source (RFC 3550 section 6.4.1). */
export interface ReportBlock {
  ssrc: number;
  /** Share of packets lost since the last report, in 256ths. */
  fractionLost: number;
  /** Packets lost since the beginning; duplicates can make it negative. */
  cumulativeLost: number;
  /** Number of wraparounds in the high half, sequence number in the low half. */
  highestSequence: number;
  /** Jitter in timestamp units. */
  jitter: number;
  /** The middle 32 bits of the last sender report's NTP time; 0 if none has arrived. */
  lastSenderReport: number;
  /** Time since that sender report in 1/65536 s. */
  delaySinceLastSenderReport: number;
}

export interface SenderReport {
  kind: 'sender-report';
  ssrc: number;
  /** Seconds since 1900, and the fraction in units of 2^-32 s. */
  ntpSeconds: number;
  ntpFraction: number;
  rtpTimestamp: number;
  packets: number;
  bytes: number;
  blocks: ReportBlock[];
}

export interface ReceiverReport {
  kind: 'receiver-report';
  ssrc: number;
  blocks: ReportBlock[];
}

export interface SourceDescription {
  kind: 'source-description';
  sources: { ssrc: number; cname?: string }[];
}

export interface Goodbye {
  kind: 'goodbye';
  ssrcs: number[];
  reason?: string;
}

export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye;

/** Why bytes are not a valid RTCP compound packet. */
export type RtcpFault = 'too-short' | 'too-long' | 'wrong-version' | 'no-report-first' | 'cut-off';

export type RtcpReading = { packets: RtcpPacket[] } | { fault: RtcpFault };

/**
 * Reads a compound packet. Packet types other than these four are skipped. A compound packet that does not
 * begin with a report is refused (RFC 3550 appendix A.2) unless `reducedSize` (RFC 5506) is allowed.
 */
export function readRtcp(bytes: Uint8Array, reducedSize = false): RtcpReading {
  if (bytes.length < 8) return { fault: 'too-short' };
  if (bytes.length > MAX_RTCP_BYTES) return { fault: 'too-long' };
  const packets: RtcpPacket[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return { fault: 'cut-off' };
    if (bytes[at]! >> 6 !== 2) return { fault: 'wrong-version' };
    const type = bytes[at + 1]!;
    if (at === 0 && !reducedSize && type !== SENDER_REPORT && type !== RECEIVER_REPORT) {
      return { fault: 'no-report-first' };
    }
    const end = at + 4 + 4 * ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (end > bytes.length) return { fault: 'cut-off' };
    const packet = readOne(type, bytes[at]! & 0x1f, bytes.subarray(at + 4, end));
    if (packet === 'cut-off') return { fault: 'cut-off' };
    if (packet) packets.push(packet);
    at = end;
  }
  return { packets };
}

function readOne(type: number, count: number, body: Uint8Array): RtcpPacket | 'cut-off' | undefined {
  switch (type) {
    case SENDER_REPORT:
      if (body.length < 24 + count * BLOCK_BYTES) return 'cut-off';
      return {
        kind: 'sender-report',
        ssrc: uint32(body, 0),
        ntpSeconds: uint32(body, 4),
        ntpFraction: uint32(body, 8),
        rtpTimestamp: uint32(body, 12),
        packets: uint32(body, 16),
        bytes: uint32(body, 20),
        blocks: readBlocks(body, 24, count),
      };
    case RECEIVER_REPORT:
      if (body.length < 4 + count * BLOCK_BYTES) return 'cut-off';
      return { kind: 'receiver-report', ssrc: uint32(body, 0), blocks: readBlocks(body, 4, count) };
    case SOURCE_DESCRIPTION:
      return readSourceDescription(body, count);
    case GOODBYE:
      return readGoodbye(body, count);
    default:
      return undefined;
  }
}

function readBlocks(body: Uint8Array, from: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i * BLOCK_BYTES;
    return {
      ssrc: uint32(body, at),
      fractionLost: body[at + 4]!,
      cumulativeLost: ((body[at + 5]! << 24) | (body[at + 6]! << 16) | (body[at + 7]! << 8)) >> 8,
      highestSequence: uint32(body, at + 8),
      jitter: uint32(body, at + 12),
      lastSenderReport: uint32(body, at + 16),
      delaySinceLastSenderReport: uint32(body, at + 20),
    };
  });
}

function readSourceDescription(body: Uint8Array, count: number): SourceDescription | 'cut-off' {
  const sources: SourceDescription['sources'] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 4 > body.length) return 'cut-off';
    const source: { ssrc: number; cname?: string } = { ssrc: uint32(body, at) };
    at += 4;
    while (at < body.length && body[at] !== 0) {
      const length = body[at + 1] ?? Number.POSITIVE_INFINITY;
      if (at + 2 + length > body.length) return 'cut-off';
      if (body[at] === SDES_CNAME) source.cname = decodeText(body.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    at = (at + 4) & ~3;
    sources.push(source);
  }
  return { kind: 'source-description', sources };
}

function readGoodbye(body: Uint8Array, count: number): Goodbye | 'cut-off' {
  if (body.length < 4 * count) return 'cut-off';
  const ssrcs = Array.from({ length: count }, (_, i) => uint32(body, 4 * i));
  const at = 4 * count;
  if (at >= body.length) return { kind: 'goodbye', ssrcs };
  const length = body[at]!;
  if (at + 1 + length > body.length) return 'cut-off';
  return { kind: 'goodbye', ssrcs, reason: decodeText(body.subarray(at + 1, at + 1 + length)) };
}

/** Writes a compound packet. The caller puts a report first and includes a CNAME (RFC 3550 section 6.1). */
export function writeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const parts = packets.map(writeOne);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function writeOne(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case 'sender-report': {
      const bytes = frame(SENDER_REPORT, packet.blocks.length, 24 + packet.blocks.length * BLOCK_BYTES);
      const words = [packet.ssrc, packet.ntpSeconds, packet.ntpFraction, packet.rtpTimestamp];
      [...words, packet.packets, packet.bytes].forEach((word, i) => {
        putUint32(bytes, 4 + 4 * i, word);
      });
      writeBlocks(bytes, 28, packet.blocks);
      return bytes;
    }
    case 'receiver-report': {
      const bytes = frame(RECEIVER_REPORT, packet.blocks.length, 4 + packet.blocks.length * BLOCK_BYTES);
      putUint32(bytes, 4, packet.ssrc);
      writeBlocks(bytes, 8, packet.blocks);
      return bytes;
    }
    case 'source-description':
      return writeSourceDescription(packet);
    case 'goodbye': {
      const reason = new TextEncoder().encode(packet.reason ?? '').subarray(0, 255);
      const extra = reason.length > 0 ? 1 + reason.length : 0;
      const bytes = frame(GOODBYE, packet.ssrcs.length, 4 * packet.ssrcs.length + extra);
      packet.ssrcs.forEach((ssrc, i) => {
        putUint32(bytes, 4 + 4 * i, ssrc);
      });
      if (extra) bytes.set([reason.length, ...reason], 4 + 4 * packet.ssrcs.length);
      return bytes;
    }
  }
}

function writeSourceDescription(packet: SourceDescription): Uint8Array {
  const chunks = packet.sources.map((source) => {
    const text = new TextEncoder().encode(source.cname ?? '').subarray(0, 255);
    const chunk = new Uint8Array((4 + 2 + text.length + 4) & ~3);
    putUint32(chunk, 0, source.ssrc);
    chunk.set([SDES_CNAME, text.length, ...text], 4);
    return chunk;
  });
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = frame(SOURCE_DESCRIPTION, chunks.length, size);
  let at = 4;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function writeBlocks(bytes: Uint8Array, from: number, blocks: readonly ReportBlock[]): void {
  blocks.forEach((block, i) => {
    const at = from + i * BLOCK_BYTES;
    const lost = Math.max(-0x80_0000, Math.min(0x7f_ffff, block.cumulativeLost));
    putUint32(bytes, at, block.ssrc);
    putUint32(bytes, at + 4, (block.fractionLost << 24) | (lost & 0xff_ffff));
    putUint32(bytes, at + 8, block.highestSequence);
    putUint32(bytes, at + 12, block.jitter);
    putUint32(bytes, at + 16, block.lastSenderReport);
    putUint32(bytes, at + 20, block.delaySinceLastSenderReport);
  });
}

/** Creates a packet with its header and an empty body; `bodyBytes` is rounded up to whole words. */
function frame(type: number, count: number, bodyBytes: number): Uint8Array {
  const words = Math.ceil(bodyBytes / 4);
  const bytes = new Uint8Array(4 + 4 * words);
  bytes.set([0x80 | count, type, words >> 8, words & 0xff]);
  return bytes;
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
