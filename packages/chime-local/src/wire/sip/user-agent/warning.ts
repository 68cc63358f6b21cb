import type { ResponseContent } from '../messages/response.ts';
import { quote } from '../messages/scan.ts';
import { hostInUri } from '../messages/uri.ts';

/** The meaning of each status for the person at the other end, used if no more specific text is given. */
export const REFUSAL_TEXTS: Readonly<Record<number, string>> = {
  400: 'the request breaks the grammar of SIP (RFC 3261)',
  403: 'this is not allowed here',
  404: 'nobody here has the number that was called',
  405: 'this method is not served here; Allow names those that are',
  406: 'the answer would be of no type that Accept names',
  408: 'no answer came in time',
  413: 'the request is too large',
  415: 'the body is of no type that Accept names',
  416: 'the Request-URI is neither sip:, sips: nor tel:',
  420: 'an extension is required that is not served here',
  423: 'the time is too short; Min-Expires is the least',
  480: 'the application did not take the call',
  481: 'there is no such call here, or no longer',
  482: 'the same request came twice by different ways; one proxy or account is enough',
  483: 'Max-Forwards ran out: the request goes in a circle',
  484: 'the number is not complete',
  486: 'the called side is busy',
  488: 'the offered media cannot be served',
  500: 'the request could not be handled',
  501: 'this method is not known here; Allow names those that are',
  503: 'too much is going on at the moment; Retry-After says when to try again',
  504: 'an answer from beyond did not come in time',
  505: 'only SIP/2.0 is spoken here',
  513: 'the message is too long',
  600: 'the called side is busy',
  603: 'the application declined the call',
};

/** Adds a Warning with the reason to the content of a refusal (RFC 3261 section 20.43, code 399). */
export function withWarning(content: ResponseContent, status: number, host: string): ResponseContent {
  const headers = content.headers ?? [];
  const text = content.text ?? REFUSAL_TEXTS[status];
  if (status < 400 || text === undefined || headers.some(([name]) => name === 'Warning')) return content;
  return { ...content, headers: [...headers, ['Warning', `399 ${hostInUri(host)} ${quote(text)}`]] };
}
