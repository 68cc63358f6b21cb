import type { HeaderList } from './headers.ts';
import type { SipMessage } from './message.ts';
import { parseVia } from './via.ts';

/** What is wrong with a message, and the status code for it. */
export interface Problem {
  readonly status: number;
  readonly text: string;
}

/** Headers that may occur only once. Two of them make a message ambiguous (RFC 3261 section 7.3.1). */
const SINGLE = [
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-length',
  'content-type',
  'expires',
] as const;

/** Section 20.22: Max-Forwards is a number from 0 to 255. */
const MAX_FORWARDS_END = 256;

/**
 * Checks that the headers that every message needs (RFC 3261 section 8.1.1) are present and well-formed. A
 * missing Max-Forwards is accepted, as senders that follow RFC 2543 have none. Contact, which an INVITE
 * should have (section 8.1.1.8), may also be missing or unreadable: our requests in the dialog are then sent
 * back the way that the INVITE came. Undefined if there is no problem.
 */
export function checkMessage(message: SipMessage): Problem | undefined {
  const { headers } = message;
  const seen = singleTwice(headers);
  if (seen) return bad(`two ${seen} headers`);
  if (!message.topVia) return bad('missing or malformed Via');
  if (message.topVia.version !== '2.0') return bad('the version in Via is not that of the message');
  if (message.kind === 'request' && !headers.list('via').every(parseVia)) return bad('malformed Via');
  if (!message.from) return bad('missing or malformed From');
  if (!message.to) return bad('missing or malformed To');
  if (!/^\S+$/.test(message.callId)) return bad('missing or malformed Call-ID');
  const cseq = message.cseq;
  if (!cseq) return bad('missing or malformed CSeq');
  if (message.kind === 'response') return undefined;
  if (cseq.method !== message.method) return bad('the method of CSeq is not that of the request');
  const maxForwards = headers.get('max-forwards');
  if (
    maxForwards !== undefined &&
    !(/^\d{1,10}$/.test(maxForwards) && Number(maxForwards) < MAX_FORWARDS_END)
  ) {
    return bad('malformed Max-Forwards');
  }
  return undefined;
}

/** The name of a field that occurs twice with different values; the same value twice is no contradiction. */
function singleTwice({ keys, values }: HeaderList): string | undefined {
  const firsts: (string | undefined)[] = [];
  for (let i = 0; i < keys.length; i++) {
    const place = SINGLE.indexOf(keys[i] as (typeof SINGLE)[number]);
    if (place < 0) continue;
    if (firsts[place] !== undefined && firsts[place] !== values[i]) return keys[i];
    firsts[place] = values[i];
  }
  return undefined;
}

function bad(text: string): Problem {
  return { status: 400, text };
}
