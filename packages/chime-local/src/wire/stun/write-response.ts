import {
  ATTRIBUTE,
  BINDING_ERROR,
  BINDING_SUCCESS,
  HEADER_BYTES,
  MAGIC_COOKIE,
  TRANSACTION_ID_BYTES,
} from './constants.ts';
import { seal } from './integrity.ts';
import type { StunMessage } from './read-message.ts';

/** Sufficient for each of our responses, bytes. */
const MAX_RESPONSE_BYTES = 256;
/** Number of unknown attributes that a response lists; more are not worth the bytes. */
const MAX_UNKNOWN_NAMED = 16;
const IPV4 = 0x01;
const IPV6 = 0x02;

/** The errors with which we refuse requests (RFC 8489 section 14.8; 487: RFC 8445 section 7.3.1.1). */
export const STUN_ERRORS = {
  400: 'Bad Request',
  401: 'Unauthenticated',
  420: 'Unknown Attribute',
  487: 'Role Conflict',
} as const;

/**
 * A success response with the address that the request came from, signed with the password of the request.
 */
export function writeSuccess(request: StunMessage, address: string, port: number, password: string): Buffer {
  const message = begin(request, BINDING_SUCCESS);
  const ip = ipBytes(address);
  let at = attribute(message, HEADER_BYTES, ATTRIBUTE.XOR_MAPPED_ADDRESS, 4 + ip.length);
  message[at + 1] = ip.length === 4 ? IPV4 : IPV6;
  message.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), at + 2);
  // RFC 8489 section 14.2: XORed with the magic cookie and, for IPv6, the transaction id that follows it.
  for (let n = 0; n < ip.length; n++) message[at + 4 + n] = (ip[n] as number) ^ (message[4 + n] as number);
  at += 4 + ip.length;
  return seal(message, at, password);
}

/**
 * An error response; signed with `password` only if the request was found to be signed with it (RFC 8489
 * section 9.1.3).
 */
export function writeError(request: StunMessage, code: keyof typeof STUN_ERRORS, password?: string): Buffer {
  const message = begin(request, BINDING_ERROR);
  const reason = STUN_ERRORS[code];
  let at = attribute(message, HEADER_BYTES, ATTRIBUTE.ERROR_CODE, 4 + reason.length);
  message[at + 2] = Math.floor(code / 100);
  message[at + 3] = code % 100;
  message.write(reason, at + 4, 'latin1');
  at += (4 + reason.length + 3) & ~3;
  if (code === 420) {
    const types = request.unknownAttributes.slice(0, MAX_UNKNOWN_NAMED);
    at = attribute(message, at, ATTRIBUTE.UNKNOWN_ATTRIBUTES, 2 * types.length);
    for (const [n, type] of types.entries()) message.writeUInt16BE(type, at + 2 * n);
    at += (2 * types.length + 3) & ~3;
  }
  return seal(message, at, password);
}

function begin(request: StunMessage, type: number): Buffer {
  const message = Buffer.alloc(MAX_RESPONSE_BYTES);
  message.writeUInt16BE(type, 0);
  message.writeUInt32BE(MAGIC_COOKIE, 4);
  request.transactionId.copy(message, HEADER_BYTES - TRANSACTION_ID_BYTES);
  return message;
}

/** Writes type and length. Returns the position of the value. */
function attribute(message: Buffer, at: number, type: number, length: number): number {
  message.writeUInt16BE(type, at);
  message.writeUInt16BE(length, at + 2);
  return at + 4;
}

/** The 4 or 16 bytes of an address in any form that a socket reports. */
function ipBytes(address: string): number[] {
  const dotted = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (dotted) return (dotted[1] as string).split('.').map(Number);
  const [head = '', tail] = (address.split('%')[0] as string).split('::');
  const groups = (text: string): number[] =>
    text
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  return [...first, ...zeros, ...last].slice(0, 8).flatMap((group) => [group >> 8, group & 0xff]);
}
