import { headerKey } from '../messages/header-names.ts';
import { BODY_LIMITS } from './limits.ts';

/** The header fields of a part that matter here, and its bytes. */
export interface RawPart {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** RFC 2046 section 5.1.1: the longest boundary. */
const BOUNDARY_LENGTH = 70;

/**
 * Cuts a multipart body at its boundary (RFC 2046 section 5.1.1). Line ends may be LF alone; a missing closing boundary
 * ends the last part with the body. Undefined without a usable boundary, with no part, or with more than `most`.
 */
export function splitMultipart(
  body: Buffer,
  boundary: string | undefined,
  most: number,
): RawPart[] | undefined {
  if (boundary === undefined || boundary === '' || boundary.length > BOUNDARY_LENGTH) return undefined;
  const text = body.toString('latin1');
  const delimiter = `--${Buffer.from(boundary, 'utf8').toString('latin1')}`;
  const parts: RawPart[] = [];
  let at = findDelimiter(text, delimiter, 0);
  while (at && !at.closes) {
    if (parts.length >= most) return undefined;
    const next = findDelimiter(text, delimiter, at.end);
    parts.push(readPart(text.slice(at.end, next ? next.start : text.length)));
    at = next;
  }
  return parts.length > 0 ? parts : undefined;
}

/** Where the next line that is the delimiter begins, the line end before it included, and where the one after it ends. */
function findDelimiter(
  text: string,
  delimiter: string,
  from: number,
): { start: number; end: number; closes: boolean } | undefined {
  for (let at = text.indexOf(delimiter, from); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const after = at + delimiter.length;
    const lineEnd = text.indexOf('\n', after);
    const rest = text.slice(after, lineEnd < 0 ? text.length : lineEnd);
    const closes = rest.startsWith('--');
    if (!closes && rest.trim() !== '') continue;
    const before = at > 1 && text[at - 2] === '\r' ? at - 2 : Math.max(0, at - 1);
    return { start: Math.max(from, before), end: lineEnd < 0 ? text.length : lineEnd + 1, closes };
  }
  return undefined;
}

function readPart(text: string): RawPart {
  const blank = /^\r?\n/.exec(text) ?? /\r?\n\r?\n/.exec(text);
  // Without a blank line there is no content: RFC 2046 asks for one even where there is no header.
  const head = blank ? text.slice(0, blank.index) : text;
  const content = blank ? text.slice(blank.index + blank[0].length) : '';
  const headers = new Map<string, string>();
  for (const line of head
    .slice(0, BODY_LIMITS.headLength)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const key = headerKey(line.slice(0, colon).trim());
    if (!headers.has(key)) headers.set(key, line.slice(colon + 1).trim());
  }
  return { headers, bytes: Buffer.from(content, 'latin1') };
}
