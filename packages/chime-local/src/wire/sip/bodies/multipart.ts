import { headerKey } from '../messages/header-names.ts';
import { BODY_LIMITS } from './limits.ts';

/** The header fields and the bytes of a part. */
export interface RawPart {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** Length of the longest boundary (RFC 2046 section 5.1.1). */
const BOUNDARY_LENGTH = 70;

/**
 * Splits a multipart body at its boundary (RFC 2046 section 5.1.1). Lines may end with LF alone; if the
 * closing boundary is missing, the last part ends with the body. Undefined without a usable boundary, without
 * any part, or with more than `most` parts.
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

/** Finds the next delimiter line: its start, including the line end before it, and the end of the line. */
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
  // Without a blank line there is no content: RFC 2046 requires one even if there is no header.
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
