/** Messages for tests: a call from a phone at 192.0.2.7 to 198.51.100.1 (documentation addresses). */

export interface RequestParts {
  method?: string;
  uri?: string;
  branch?: string;
  via?: string;
  from?: string;
  fromTag?: string;
  to?: string;
  toTag?: string;
  callId?: string;
  cseq?: number;
  /** The value of the Contact field; none if empty. */
  contact?: string;
  headers?: readonly string[];
  body?: string;
  contentType?: string;
}

export const PHONE_OFFER = [
  'v=0',
  'o=- 3868331676 3868331676 IN IP4 192.0.2.7',
  's=call',
  'c=IN IP4 192.0.2.7',
  't=0 0',
  'm=audio 40000 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  '',
].join('\r\n');

/** The bytes of a request; the defaults of all parts make a valid INVITE. */
export function requestBytes(parts: RequestParts = {}): Buffer {
  const { method = 'INVITE', cseq = 1, body = '', contentType = 'application/sdp' } = parts;
  const lines = [
    `${method} ${parts.uri ?? 'sip:+15551230000@198.51.100.1'} SIP/2.0`,
    parts.via ?? `Via: SIP/2.0/UDP 192.0.2.7:5060;branch=${parts.branch ?? 'z9hG4bK-1'};rport`,
    'Max-Forwards: 70',
    parts.from ?? `From: "A Caller" <sip:+15557770001@192.0.2.7>;tag=${parts.fromTag ?? 'caller'}`,
    `${parts.to ?? 'To: <sip:+15551230000@198.51.100.1>'}${parts.toTag ? `;tag=${parts.toTag}` : ''}`,
    `Call-ID: ${parts.callId ?? 'call-1@192.0.2.7'}`,
    `CSeq: ${cseq} ${method}`,
    ...(parts.contact === '' ? [] : [`Contact: ${parts.contact ?? '<sip:+15557770001@192.0.2.7:5060>'}`]),
    ...(parts.headers ?? []),
    ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}

/** Identifiers that count up instead of being random. */
export function countingIds(): { hex(bytes: number): string; integer(below: number): number } {
  let next = 0;
  return {
    hex: (bytes) => (++next).toString(16).padStart(bytes * 2, '0'),
    integer: (below) => (below > 100 ? 100 : below - 1),
  };
}
