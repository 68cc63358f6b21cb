/**
 * Limits for messages from untrusted peers. RFC 3261 sets none except for datagrams (section 18.1.1); these
 * are several times what real phones, trunks and the longest valid messages of RFC 4475 need.
 */
export interface MessageLimits {
  /** Size of the whole message, bytes. The largest UDP payload over IPv4 is 65 507. */
  readonly messageBytes: number;
  /** Size of start line and header fields together, bytes. */
  readonly headBytes: number;
  /** Length of one header field with its continuation lines, characters. */
  readonly headerLength: number;
  /** Number of header fields in a message. */
  readonly headerCount: number;
}

export const MESSAGE_LIMITS: MessageLimits = {
  messageBytes: 65_507,
  headBytes: 32_768,
  headerLength: 8_192,
  headerCount: 256,
};
