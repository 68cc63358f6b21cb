/**
 * Header names: RFC 3261 section 7.3.1 (names are case-insensitive) and 7.3.3 (compact forms). A header is
 * looked up by its key, which is the long name in lower case, and written in its usual spelling.
 */

/** Long names with a known spelling, and the compact form where there is one. */
const NAMES: readonly (readonly [name: string, compact?: string])[] = [
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['CSeq'],
  ['Contact', 'm'],
  ['Max-Forwards'],
  ['Content-Type', 'c'],
  ['Content-Length', 'l'],
  ['Content-Encoding', 'e'],
  ['Content-Disposition'],
  ['Subject', 's'],
  ['Supported', 'k'],
  ['Require'],
  ['Proxy-Require'],
  ['Unsupported'],
  ['Allow'],
  ['Accept'],
  ['Accept-Encoding'],
  ['Route'],
  ['Record-Route'],
  ['User-Agent'],
  ['Server'],
  ['Date'],
  ['Expires'],
  ['Min-Expires'],
  ['Retry-After'],
  ['Reason'],
  ['Timestamp'],
  ['Warning'],
  ['Privacy'],
  ['P-Asserted-Identity'],
  ['P-Preferred-Identity'],
  ['User-to-User'],
  ['Diversion'],
  ['Session-Expires', 'x'],
  ['Min-SE'],
  ['Refer-To', 'r'],
  ['Referred-By', 'b'],
  ['Event', 'o'],
  ['Allow-Events', 'u'],
  ['Authorization'],
  ['Proxy-Authorization'],
  ['WWW-Authenticate'],
  ['Proxy-Authenticate'],
];

const KEY_OF = new Map<string, string>();
const SPELLING_OF = new Map<string, string>();
for (const [name, compact] of NAMES) {
  const key = name.toLowerCase();
  KEY_OF.set(name, key).set(key, key);
  SPELLING_OF.set(key, name);
  if (compact) KEY_OF.set(compact, key).set(compact.toUpperCase(), key);
}

/** The key of a header name: long form, lower case. */
export function headerKey(name: string): string {
  const known = KEY_OF.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return KEY_OF.get(lower) ?? lower;
}

/** The usual spelling of a known header; an unknown header is written as it was received. */
export function headerSpelling(key: string, asWritten: string): string {
  return SPELLING_OF.get(key) ?? asWritten;
}
