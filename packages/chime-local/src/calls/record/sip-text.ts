import type { EntryOf, ReportedEntry } from 'pstn-audio/record';

/** A SIP message of a leg, as sent or received. */
export interface SipText {
  legId: string;
  direction: 'received' | 'sent';
  transport: string;
  /** The far end, `address:port`. */
  peer: string;
  text: string;
}

/** Maximum number of headers that are kept; a telephone's message has about twenty. Ours. */
const MAX_HEADERS = 60;
/** Matches messages whose body is kept, which are session descriptions. Other bodies may hold keys (RFC 6086). */
const KEPT_BODY = /^content-type\s*:\s*application\/sdp|^c\s*:\s*application\/sdp/im;

/** Converts the message to an entry: start line, headers and session description, each cut to `characters`. */
export function sipEntry({ text, ...about }: SipText, characters: number): ReportedEntry {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end + 4);
  const [startLine = '', ...lines] = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const kept = KEPT_BODY.test(head) ? body.slice(0, characters) : '';
  const headers = lines.slice(0, MAX_HEADERS).map((line) => headerOf(line, characters));
  const leftOut = body.length - kept.length;
  const entry: Omit<EntryOf<'Sip'>, 'at' | 'ms'> = {
    kind: 'Sip',
    ...about,
    startLine: startLine.slice(0, characters),
    headers,
    ...(kept ? { body: kept } : {}),
    ...(leftOut > 0 ? { leftOut } : {}),
  };
  return entry;
}

function headerOf(line: string, characters: number): string[] {
  const colon = line.indexOf(':');
  if (colon < 0) return [cut(line, characters), ''];
  return [cut(line.slice(0, colon), characters), cut(line.slice(colon + 1), characters)];
}

function cut(text: string, characters: number): string {
  return text.trim().slice(0, characters);
}
