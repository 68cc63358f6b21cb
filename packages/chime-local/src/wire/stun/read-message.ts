import {
  ATTRIBUTE,
  BINDING_ERROR,
  BINDING_INDICATION,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  FIRST_OPTIONAL_ATTRIBUTE,
  HEADER_BYTES,
  INTEGRITY_BYTES,
  MAGIC_COOKIE,
  MAX_ATTRIBUTES,
  MAX_MESSAGE_BYTES,
  MAX_USERNAME_BYTES,
  TRANSACTION_ID_BYTES,
} from './constants.ts';
import { fingerprintAt, isIntegrityRight } from './integrity.ts';

export type StunClass = 'request' | 'indication' | 'success' | 'error';

/** A binding message that was read. `hasIntegrity` checks whether it is genuine. */
export interface StunMessage {
  readonly bytes: Buffer;
  readonly class: StunClass;
  readonly transactionId: Buffer;
  /** The user name of an ICE check, `local:remote` from the recipient's point of view. */
  readonly username: string | undefined;
  readonly priority: number | undefined;
  readonly useCandidate: boolean;
  /** The ICE role that the sender claims. */
  readonly role: 'controlling' | 'controlled' | undefined;
  /** Comprehension-required attributes that are unknown. */
  readonly unknownAttributes: number[];
  /** Position of MESSAGE-INTEGRITY; -1 if there is none. */
  readonly integrityAt: number;
}

/** Why bytes are not a STUN message that can be read. */
export interface StunFault {
  fault: string;
}

const CLASSES = new Map<number, StunClass>([
  [BINDING_REQUEST, 'request'],
  [BINDING_INDICATION, 'indication'],
  [BINDING_SUCCESS, 'success'],
  [BINDING_ERROR, 'error'],
]);

/** Attributes that we know, including those that occur in responses only. */
const KNOWN: ReadonlySet<number> = new Set(Object.values(ATTRIBUTE));

/** A message that is being read. */
type Draft = { -readonly [K in keyof StunMessage]: StunMessage[K] };

/**
 * Reads a binding message with or without FINGERPRINT (RFC 8489 section 6.3). Attributes after
 * MESSAGE-INTEGRITY are not covered by it and are therefore ignored, except FINGERPRINT (section 14.5).
 */
export function readStun(bytes: Buffer): StunMessage | StunFault {
  const kind = CLASSES.get(bytes.length >= HEADER_BYTES ? bytes.readUInt16BE(0) : -1);
  if (!kind) return { fault: 'no binding message' };
  if (bytes.length > MAX_MESSAGE_BYTES) return { fault: `longer than ${MAX_MESSAGE_BYTES} bytes` };
  if (bytes.readUInt32BE(4) !== MAGIC_COOKIE) return { fault: 'no magic cookie' };
  if (bytes.readUInt16BE(2) !== bytes.length - HEADER_BYTES) return { fault: 'the length is wrong' };
  const draft: Draft = {
    bytes,
    class: kind,
    transactionId: bytes.subarray(HEADER_BYTES - TRANSACTION_ID_BYTES, HEADER_BYTES),
    username: undefined,
    priority: undefined,
    useCandidate: false,
    role: undefined,
    unknownAttributes: [],
    integrityAt: -1,
  };
  let count = 0;
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    if (at + 4 > bytes.length) return { fault: 'an attribute is cut off' };
    if (++count > MAX_ATTRIBUTES) return { fault: `more than ${MAX_ATTRIBUTES} attributes` };
    const length = bytes.readUInt16BE(at + 2);
    const next = at + 4 + ((length + 3) & ~3);
    if (next > bytes.length) return { fault: 'an attribute is cut off' };
    const fault = readAttribute(draft, bytes.readUInt16BE(at), at, length, next === bytes.length);
    if (fault) return { fault };
    at = next;
  }
  return draft;
}

/** Reads one attribute into the draft. Returns what is wrong with it, if anything. */
function readAttribute(
  draft: Draft,
  type: number,
  at: number,
  length: number,
  last: boolean,
): string | undefined {
  const { bytes } = draft;
  if (type === ATTRIBUTE.FINGERPRINT) {
    const right = last && length === 4 && bytes.readUInt32BE(at + 4) === fingerprintAt(bytes, at);
    return right ? undefined : 'the fingerprint is wrong';
  }
  if (draft.integrityAt >= 0) return undefined;
  switch (type) {
    case ATTRIBUTE.MESSAGE_INTEGRITY:
      if (length !== INTEGRITY_BYTES) return `MESSAGE-INTEGRITY of ${length} bytes`;
      draft.integrityAt = at;
      return undefined;
    case ATTRIBUTE.USERNAME:
      if (length > MAX_USERNAME_BYTES) return `USERNAME of ${length} bytes`;
      draft.username ??= bytes.toString('utf8', at + 4, at + 4 + length);
      return undefined;
    case ATTRIBUTE.PRIORITY:
      if (length !== 4) return `PRIORITY of ${length} bytes`;
      draft.priority = bytes.readUInt32BE(at + 4);
      return undefined;
    case ATTRIBUTE.USE_CANDIDATE:
      draft.useCandidate = true;
      return undefined;
    case ATTRIBUTE.ICE_CONTROLLING:
    case ATTRIBUTE.ICE_CONTROLLED:
      if (length !== 8) return `a role of ${length} bytes`;
      draft.role = type === ATTRIBUTE.ICE_CONTROLLING ? 'controlling' : 'controlled';
      return undefined;
    default:
      if (type < FIRST_OPTIONAL_ATTRIBUTE && !KNOWN.has(type)) draft.unknownAttributes.push(type);
      return undefined;
  }
}

/** Whether the message was created with knowledge of the password (RFC 8489 section 9.1). */
export function hasIntegrity(message: StunMessage, password: string): boolean {
  return message.integrityAt >= 0 && isIntegrityRight(message.bytes, message.integrityAt, password);
}
