/** A session description (RFC 8866). Text that is not interpreted here is kept unchanged. */
export interface SessionDescription {
  /** Absent if its line was missing or could not be read. */
  origin?: Origin | undefined;
  sessionName: string;
  /** Session-level `c=`; a media section may have its own. */
  connection?: Connection;
  /** Lines that are not interpreted here (i, u, e, p, b, t, r, z, k), in order. */
  otherLines: SdpLine[];
  attributes: Attribute[];
  media: MediaDescription[];
}

/** `o=` (RFC 8866 section 5.2). The numbers are kept as text: they may exceed the range of a double. */
export interface Origin {
  username: string;
  sessionId: string;
  sessionVersion: string;
  addressType: 'IP4' | 'IP6';
  address: string;
}

/** `c=` (RFC 8866 section 5.7). */
export interface Connection {
  addressType: 'IP4' | 'IP6';
  /** Without TTL: an IP address in its usual form, a multicast address or a host name. */
  address: string;
}

export interface SdpLine {
  type: string;
  value: string;
}

/** `a=` (RFC 8866 section 5.13): a property (`a=sendrecv`) or a value (`a=ptime:20`). */
export interface Attribute {
  name: string;
  value?: string;
}

/** `m=` and the lines after it (RFC 8866 section 5.14). */
export interface MediaDescription {
  /** `audio`, `video`, ... */
  type: string;
  /** 0 if the stream is refused, offered but not wanted, or if its line could not be read. */
  port: number;
  /** Why the line could not be read. */
  fault?: string;
  /** Number of ports, as in `m=audio 5000/2`; almost never written. */
  portCount?: number;
  /** `RTP/AVP`, `RTP/SAVP`, ... */
  protocol: string;
  /** With RTP: the payload type numbers. */
  formats: string[];
  connection?: Connection;
  otherLines: SdpLine[];
  attributes: Attribute[];
}

/** The direction attributes of RFC 8866 section 6.7. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export function attributeValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

export function hasAttribute(attributes: readonly Attribute[], name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/**
 * The direction of a media section, from the writer's point of view: its own, else the session's, else
 * `sendrecv`.
 */
export function directionOf(description: SessionDescription, media: MediaDescription): Direction {
  for (const attributes of [media.attributes, description.attributes]) {
    const found = attributes.find(({ name }) => DIRECTIONS.includes(name));
    if (found) return found.name as Direction;
  }
  return 'sendrecv';
}

/**
 * RFC 3264 section 6.1: the direction of our answer to that of the offer. `held`: nothing may be sent to the
 * other side.
 */
export function answerDirection(theirs: Direction, held = false): Direction {
  const weSend = (theirs === 'sendrecv' || theirs === 'recvonly') && !held;
  const theySend = theirs === 'sendrecv' || theirs === 'sendonly';
  if (weSend) return theySend ? 'sendrecv' : 'sendonly';
  return theySend ? 'recvonly' : 'inactive';
}
