/**
 * Scanning functions shared by the header grammars: tokens, quoted strings, lists and parameters (RFC 3261
 * section 25.1).
 */

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** True for a `token`. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Index of the first `separator` outside quoted strings and angle brackets, or -1. */
export function indexOutside(text: string, separator: string, from = 0): number {
  const plain = text.indexOf(separator, from);
  if (plain < 0) return -1;
  const before = text.slice(from, plain);
  if (!before.includes('"') && !before.includes('<')) return plain;
  let quoted = false;
  let bracketed = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (bracketed) bracketed = c !== '>';
    else if (c === '<') bracketed = true;
    else if (c === separator) return i;
  }
  return -1;
}

/** Splits a header value at the commas between its values; empty values are left out. */
export function splitList(text: string): string[] {
  const values: string[] = [];
  let from = 0;
  while (from <= text.length) {
    const comma = indexOutside(text, ',', from);
    const value = text.slice(from, comma < 0 ? text.length : comma).trim();
    if (value !== '') values.push(value);
    if (comma < 0) break;
    from = comma + 1;
  }
  return values;
}

export type Doubled = 'refuse' | 'first';

/** Parameters by name in lower case. A parameter without value is `undefined`, a quoted value is unquoted. */
export type Params = Map<string, string | undefined>;

/**
 * Parses `;name=value;flag`. Undefined if a name is not a token or occurs twice (RFC 3261 section 7.3.1). In
 * a URI, a Via and a Contact the first of two counts (`doubled`): phones and routers repeat parameters there,
 * and it does no harm.
 */
export function parseParams(text: string, doubled: Doubled = 'refuse'): Params | undefined {
  const params: Params = new Map();
  let from = 0;
  while (from < text.length) {
    const semicolon = indexOutside(text, ';', from);
    const end = semicolon < 0 ? text.length : semicolon;
    const part = text.slice(from, end).trim();
    from = end + 1;
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (!isToken(name)) return undefined;
    if (params.has(name)) {
      if (doubled === 'refuse') return undefined;
      continue;
    }
    params.set(name, equals < 0 ? undefined : unquote(part.slice(equals + 1).trim()));
  }
  return params;
}

/** The content of a quoted string without escapes; other text is returned unchanged. */
export function unquote(text: string): string {
  if (text.length < 2 || text[0] !== '"' || text[text.length - 1] !== '"') return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

/** Writes text as a quoted string. Line ends cannot be quoted and become spaces. */
export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

/** Index after the closing quote of the quoted string that begins at `from`, or -1. */
export function endOfQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return -1;
}

/**
 * Returns an independent copy. The engine stores a short piece of a long string as a view that keeps the
 * whole string alive; text that outlives a message (tags, Call-IDs, branches) is copied so that the message
 * can be freed.
 */
export function compact(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
