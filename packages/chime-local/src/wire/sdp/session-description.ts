/** A session description: RFC 8866. Text is kept as it came wherever nothing here needs to understand it. */
export interface SessionDescription {
  /** Absent when its line was missing or could not be read. */
  origin?: Origin | undefined;
  sessionName: string;
  /** Session-level `c=`; a media section may have its own. */
  connection?: Connection;
  /** Lines that nothing here interprets (i, u, e, p, b, t, r, z, k), in order. */
  otherLines: SdpLine[];
  attributes: Attribute[];
  media: MediaDescription[];
}

/** RFC 8866 section 5.2. The numbers are kept as text: they may be longer than a double can hold. */
export interface Origin {
  username: string;
  sessionId: string;
  sessionVersion: string;
  addressType: 'IP4' | 'IP6';
  address: string;
}

/** RFC 8866 section 5.7. */
export interface Connection {
  addressType: 'IP4' | 'IP6';
  /** As it came: an address, a multicast address with TTL, or a host name. */
  address: string;
}

export interface SdpLine {
  type: string;
  value: string;
}

/** RFC 8866 section 5.13: a property (`a=sendrecv`) or a value (`a=ptime:20`). */
export interface Attribute {
  name: string;
  value?: string;
}

/** RFC 8866 section 5.14. */
export interface MediaDescription {
  /** `audio`, `video`, ... */
  type: string;
  /** 0: the stream is refused, offered as not wanted, or its line could not be read. */
  port: number;
  /** Why the line could not be read. */
  fault?: string;
  /** `m=audio 5000/2`: number of ports, almost never written. */
  portCount?: number;
  /** `RTP/AVP`, `RTP/SAVP`, ... */
  protocol: string;
  /** RTP: payload type numbers. */
  formats: string[];
  connection?: Connection;
  otherLines: SdpLine[];
  attributes: Attribute[];
}

/** RFC 8866 section 6.7. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export function attributeValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

export function hasAttribute(attributes: readonly Attribute[], name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** The direction of a media section: its own, else the session's, else `sendrecv`. Seen from the writer. */
export function directionOf(description: SessionDescription, media: MediaDescription): Direction {
  for (const attributes of [media.attributes, description.attributes]) {
    const found = attributes.find(({ name }) => DIRECTIONS.includes(name));
    if (found) return found.name as Direction;
  }
  return 'sendrecv';
}

/** RFC 3264 section 6.1: what we may do, given what the other side does. `held`: nothing may be sent to it. */
export function answerDirection(theirs: Direction, held = false): Direction {
  const weSend = (theirs === 'sendrecv' || theirs === 'recvonly') && !held;
  const theySend = theirs === 'sendrecv' || theirs === 'sendonly';
  if (weSend) return theySend ? 'sendrecv' : 'sendonly';
  return theySend ? 'recvonly' : 'inactive';
}
