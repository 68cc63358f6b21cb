import { encodeUlaw } from '../telephone/ulaw.ts';

/** A section of a caller's sound. */
export type Sound = { silenceMs: number } | { toneHz: number; ms: number } | { keys: string };

const FRAME_MS = 20;
/** Samples of a frame at 8 kHz. */
const FRAME = 160;
const KEYS = '0123456789*#ABCD';
const PCMU = 0;
const TELEPHONE_EVENT = 101;
/** Frames of one key; its last packet is sent three times (RFC 4733 section 2.5.1.4). */
const KEY_FRAMES = 5;
const END_REPEATS = 3;
const KEY_GAP_MS = 60;
/** LINKTYPE_ETHERNET of the pcap format. */
const ETHERNET = 1;
const UDP = 17;
const ADDRESS = [127, 0, 0, 1];
const PORT = 10_000;
const SSRC = 0x5eed_0001;

/** One RTP packet, with the number of the frame at which it is sent. */
interface Packet {
  frame: number;
  payloadType: number;
  marker: boolean;
  timestampFrame: number;
  payload: Buffer;
}

function toneFrames(at: number, hz: number, ms: number): Packet[] {
  return Array.from({ length: Math.round(ms / FRAME_MS) }, (_, index) => {
    const payload = Buffer.alloc(FRAME);
    for (let i = 0; i < FRAME; i++) {
      const sample = 8000 * Math.sin((2 * Math.PI * hz * (index * FRAME + i)) / 8000);
      payload[i] = encodeUlaw(hz === 0 ? 0 : Math.round(sample));
    }
    return { frame: at + index, payloadType: PCMU, marker: index === 0, timestampFrame: at + index, payload };
  });
}

function keyFrames(at: number, key: string): Packet[] {
  const code = KEYS.indexOf(key);
  if (code < 0) throw new Error(`${JSON.stringify(key)} is no key of a telephone.`);
  return Array.from({ length: KEY_FRAMES + END_REPEATS - 1 }, (_, index) => {
    const duration = Math.min(index + 1, KEY_FRAMES) * FRAME;
    const end = index + 1 >= KEY_FRAMES;
    const payload = Buffer.from([code, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]);
    const marker = index === 0;
    return { frame: at + index, payloadType: TELEPHONE_EVENT, marker, timestampFrame: at, payload };
  });
}

function packetsOf(sounds: readonly Sound[]): Packet[] {
  const packets: Packet[] = [];
  const next = (): number => (packets.at(-1)?.frame ?? -1) + 1;
  for (const sound of sounds) {
    if ('keys' in sound) {
      for (const key of sound.keys) {
        packets.push(...keyFrames(next(), key));
        packets.push(...toneFrames(next(), 0, KEY_GAP_MS));
      }
    } else if ('toneHz' in sound) packets.push(...toneFrames(next(), sound.toneHz, sound.ms));
    else packets.push(...toneFrames(next(), 0, sound.silenceMs));
  }
  return packets;
}

function rtp({ payloadType, marker, timestampFrame, payload }: Packet, sequence: number): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(payloadType | (marker ? 0x80 : 0), 1);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestampFrame * FRAME, 4);
  header.writeUInt32BE(SSRC, 8);
  return Buffer.concat([header, payload]);
}

/**
 * Wraps a datagram in Ethernet, IPv4 and UDP. Checksums are zero, because the player builds its own packets.
 */
function ethernetFrame(datagram: Buffer): Buffer {
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  const ip = Buffer.alloc(20);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt16BE(28 + datagram.length, 2);
  ip.writeUInt8(64, 8);
  ip.writeUInt8(UDP, 9);
  Buffer.from(ADDRESS).copy(ip, 12);
  Buffer.from(ADDRESS).copy(ip, 16);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(PORT, 0);
  udp.writeUInt16BE(PORT, 2);
  udp.writeUInt16BE(8 + datagram.length, 4);
  return Buffer.concat([ethernet, ip, udp, datagram]);
}

/**
 * A capture file of one RTP stream (PCMU, keys by RFC 4733 as payload type 101) for sipp's `play_pcap_audio`.
 * Format: the pcap file format of libpcap, version 2.4, microseconds.
 */
export function rtpPcap(sounds: readonly Sound[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2_c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(ETHERNET, 20);
  const records = packetsOf(sounds).flatMap((packet, sequence) => {
    const frame = ethernetFrame(rtp(packet, sequence));
    const ms = packet.frame * FRAME_MS;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(ms / 1000), 0);
    record.writeUInt32LE((ms % 1000) * 1000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}
