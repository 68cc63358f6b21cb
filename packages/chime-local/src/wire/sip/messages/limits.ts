/**
 * What a stranger may send us. RFC 3261 sets no limits except the datagram's (section 18.1.1); these are
 * several times what real phones, trunks and the longest legal messages of RFC 4475 need.
 */
export interface MessageLimits {
  /** Whole message, bytes. The largest UDP payload over IPv4 is 65 507. */
  readonly messageBytes: number;
  /** Start line and header fields together, bytes. */
  readonly headBytes: number;
  /** One header field with its continuation lines, characters. */
  readonly headerLength: number;
  /** Header fields in a message. */
  readonly headerCount: number;
}

export const MESSAGE_LIMITS: MessageLimits = {
  messageBytes: 65_507,
  headBytes: 32_768,
  headerLength: 8_192,
  headerCount: 256,
};
