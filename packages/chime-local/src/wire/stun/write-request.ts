import {
  ATTRIBUTE,
  BINDING_REQUEST,
  HEADER_BYTES,
  MAGIC_COOKIE,
  MAX_MESSAGE_BYTES,
  TRANSACTION_ID_BYTES,
} from './constants.ts';
import { seal } from './integrity.ts';

/** The contents of an ICE check (RFC 8445 section 7.1). */
export interface BindingRequest {
  /** 12 bytes chosen by the caller. */
  transactionId: Uint8Array;
  /** `remote:local` from the sender's point of view. */
  username: string;
  /** The password of the recipient. */
  password: string;
  priority: number;
  useCandidate?: boolean;
  role?: 'controlling' | 'controlled';
}

/**
 * Writes a connectivity check as a full agent sends it. We are ICE-lite and send none: this is for tests that
 * act as the far end.
 */
export function writeRequest(request: BindingRequest): Buffer {
  const message = Buffer.alloc(MAX_MESSAGE_BYTES);
  message.writeUInt16BE(BINDING_REQUEST, 0);
  message.writeUInt32BE(MAGIC_COOKIE, 4);
  message.set(request.transactionId, HEADER_BYTES - TRANSACTION_ID_BYTES);
  let at = HEADER_BYTES;
  const add = (type: number, value: Buffer): void => {
    message.writeUInt16BE(type, at);
    message.writeUInt16BE(value.length, at + 2);
    value.copy(message, at + 4);
    at += 4 + ((value.length + 3) & ~3);
  };
  add(ATTRIBUTE.USERNAME, Buffer.from(request.username));
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(request.priority);
  add(ATTRIBUTE.PRIORITY, priority);
  const role = request.role ?? 'controlling';
  add(role === 'controlling' ? ATTRIBUTE.ICE_CONTROLLING : ATTRIBUTE.ICE_CONTROLLED, Buffer.alloc(8, 7));
  if (request.useCandidate) add(ATTRIBUTE.USE_CANDIDATE, Buffer.alloc(0));
  return seal(message, at, request.password);
}
