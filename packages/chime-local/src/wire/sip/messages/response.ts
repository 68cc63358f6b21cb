import { HeaderList } from './headers.ts';
import { type SipRequest, SipResponse } from './message.ts';
import { reasonPhrase } from './reason-phrases.ts';

export type HeaderPair = readonly [name: string, value: string];

/** The content of a response in addition to the headers that are copied from its request. */
export interface ResponseContent {
  /** Default: the usual phrase for the status code. */
  reason?: string;
  /** Added to To unless it has a tag; required in every response except 100 (RFC 3261 section 8.2.6.2). */
  toTag?: string;
  headers?: readonly HeaderPair[];
  /**
   * The reason, for the person at the other end; sent as a Warning (RFC 3261 section 20.43) unless `headers`
   * has one.
   */
  text?: string;
  body?: Buffer;
  contentType?: string;
}

/**
 * RFC 3261 section 8.2.6: copies Via, From, To, Call-ID and CSeq from the request, and Record-Route if a
 * dialog begins (12.1.1).
 */
export function createResponse(
  request: SipRequest,
  status: number,
  content: ResponseContent = {},
): SipResponse {
  const from = request.headers;
  const headers = new HeaderList();
  const opensDialog = request.method === 'INVITE' && status > 100 && status < 300;
  for (let i = 0; i < from.keys.length; i++) {
    const key = from.keys[i]!;
    const value = from.values[i]!;
    if (key === 'to') {
      headers.add('To', content.toTag && !request.toTag ? `${value};tag=${content.toTag}` : value);
    } else if (
      key === 'via' ||
      key === 'from' ||
      key === 'call-id' ||
      key === 'cseq' ||
      (key === 'record-route' && opensDialog) ||
      (key === 'timestamp' && status === 100)
    ) {
      headers.add(from.names[i]!, value);
    }
  }
  for (const [name, value] of content.headers ?? []) headers.add(name, value);
  if (content.body && content.contentType) headers.add('Content-Type', content.contentType);
  return new SipResponse(status, content.reason ?? reasonPhrase(status), headers, content.body);
}
