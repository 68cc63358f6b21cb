import { type Doubled, endOfQuoted, isToken, type Params, parseParams, unquote } from './scan.ts';
import { uriScheme } from './uri.ts';

/**
 * From, To, Contact, Route and the like: RFC 3261 section 20.10 (`name-addr` or `addr-spec` with parameters).
 */
export interface NameAddr {
  displayName?: string;
  /** The URI as it was written. */
  uri: string;
  params: Params;
}

/** Undefined if the text does not follow the grammar. `doubled`: how a repeated parameter is treated. */
export function parseNameAddr(text: string, doubled: Doubled = 'refuse'): NameAddr | undefined {
  let bracket: number;
  let displayName: string | undefined;
  if (text.startsWith('"')) {
    const end = endOfQuoted(text, 0);
    if (end < 0) return undefined;
    bracket = text.indexOf('<', end);
    if (bracket < 0) return undefined;
    const more = text.slice(end, bracket).trim();
    // Some phones quote a name that is already quoted; a text that could begin another value is refused.
    if (/[,;>]/.test(more)) return undefined;
    displayName =
      more === '' ? unquote(text.slice(0, end)) : text.slice(0, bracket).replaceAll('"', '').trim();
  } else {
    bracket = text.indexOf('<');
    const name = text.slice(0, Math.max(0, bracket)).trim();
    // A bracket after an address and its parameters belongs to one of the parameters.
    if (bracket < 0 || isUri(name.split(';', 1)[0] ?? '')) return parseAddrSpec(text, doubled);
    // The grammar requires tokens, but phones also write non-ASCII letters without quotes. Ambiguous
    // characters (separators of lists and parameters) are refused.
    if (/[",;<>]/.test(name)) return undefined;
    if (name !== '') displayName = name;
  }
  const close = text.indexOf('>', bracket);
  if (close < 0) return undefined;
  const uri = text.slice(bracket + 1, close).trim();
  const rest = text.slice(close + 1).trim();
  if (!isUri(uri) || (rest !== '' && !rest.startsWith(';'))) return undefined;
  const params = parseParams(rest, doubled);
  if (!params) return undefined;
  return displayName === undefined ? { uri, params } : { displayName, uri, params };
}

/** Without angle brackets, all parameters belong to the header, not to the URI (section 20.10). */
function parseAddrSpec(text: string, doubled: Doubled): NameAddr | undefined {
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  if (!isUri(uri) || /[?,"]/.test(uri)) return undefined;
  const params = parseParams(semicolon < 0 ? '' : text.slice(semicolon), doubled);
  return params && { uri, params };
}

function isUri(text: string): boolean {
  // Quotes are not allowed either, but phones put them around values that only they use themselves.
  return uriScheme(text) !== undefined && !/[\s<>]/.test(text);
}

/** The `tag` parameter; a tag that is not a token counts as absent. */
export function tagOf(address: NameAddr): string | undefined {
  const tag = address.params.get('tag');
  return tag !== undefined && isToken(tag) ? tag : undefined;
}
