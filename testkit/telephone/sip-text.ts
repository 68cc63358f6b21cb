import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';

/** SIP and SDP as text for the tests' telephones, written independently of the product's stack. */

/** A UDP socket on a free port of the loopback. */
export async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

export const createBranch = (): string => `z9hG4bK${randomBytes(6).toString('hex')}`;

/** The header fields of a request that its response repeats (RFC 3261 section 8.2.6.2). */
export function repeatedHeaders(request: string): string[] {
  return ['Via', 'Record-Route', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
    [...request.matchAll(new RegExp(`^${name}:.*$`, 'gim'))].map(([line]) => line.trim()),
  );
}

/** The URI of a message's Contact. */
export const contactIn = (message: string): string | undefined =>
  /^Contact:\s*<([^>]+)>/im.exec(message)?.[1];

/** An SDP offer of PCMU and keys, or the answer to one; `events`: the payload type of keys. */
export function sdpOf(port: number, events = '101'): string {
  return [
    'v=0',
    'o=test 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 ${events}`,
    'a=rtpmap:0 PCMU/8000',
    `a=rtpmap:${events} telephone-event/8000`,
    `a=fmtp:${events} 0-15`,
    'a=ptime:20',
    '',
  ].join('\r\n');
}

/** The address and port at which a message's SDP expects sound, and its payload type of keys. */
export function soundIn(
  message: string,
): { address: string; port: number; events: string | undefined } | undefined {
  const address = /^c=IN IP4 (\S+)/m.exec(message)?.[1];
  const port = Number(/^m=audio (\d+)/m.exec(message)?.[1]);
  const events = /^a=rtpmap:(\d+) telephone-event\/8000/m.exec(message)?.[1];
  return address && port ? { address, port, events } : undefined;
}
