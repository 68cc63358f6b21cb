import { type Params, parseParams } from './scan.ts';

/** A SIP or SIPS URI (RFC 3261 section 19.1.1). Escapes (`%41`) are kept. */
export interface SipUri {
  scheme: 'sip' | 'sips';
  user?: string;
  /** Lower case; IPv6 without brackets. */
  host: string;
  port?: number;
  params: Params;
  /** The text after `?`, unchanged. */
  headers?: string;
}

const SIP_URI =
  /^(sips?):(?:([^@\s<>]*)@)?(\[[0-9a-fA-F:.]+(?:%[^\]\s<>]*)?\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?((?:;[^?\s<>]*)?)(?:\?([^\s<>]*))?$/i;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const MAX_PORT = 65_535;

/** Parses a SIP or SIPS URI; undefined if the text is not one. */
export function parseSipUri(text: string): SipUri | undefined {
  const match = SIP_URI.exec(text) ?? SIP_URI.exec(withEscapedUser(text));
  if (!match) return undefined;
  const port = match[4] === undefined ? undefined : Number(match[4]);
  if (port !== undefined && port > MAX_PORT) return undefined;
  const params = match[5] ? parseParams(match[5], 'first') : new Map<string, string | undefined>();
  if (!params) return undefined;
  const host = match[3]!.toLowerCase();
  const uri: SipUri = {
    scheme: match[1]!.toLowerCase() === 'sips' ? 'sips' : 'sip',
    host: host.startsWith('[') ? host.slice(1, -1).replace('%25', '%') : host,
    params,
  };
  // The user ends at the first colon; the password after it is not used here.
  if (match[2] !== undefined) uri.user = match[2].split(':', 1)[0]!;
  if (port !== undefined) uri.port = port;
  if (match[6] !== undefined) uri.headers = match[6];
  return uri;
}

/**
 * Escapes the user part of `sip:alice@example.com@gateway`: phones that dial an address through a gateway
 * leave its `@` unescaped.
 */
function withEscapedUser(text: string): string {
  const last = text.lastIndexOf('@');
  return last < 0 ? text : text.slice(0, last).replaceAll('@', '%40') + text.slice(last);
}

/** The scheme of any URI in lower case; undefined if there is none. */
export function uriScheme(text: string): string | undefined {
  return SCHEME.exec(text)?.[1]?.toLowerCase();
}

/** Formats a host for a URI or Via: IPv6 in brackets. */
export function hostInUri(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Decodes escapes such as `%41`; text with invalid escapes is returned unchanged. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
