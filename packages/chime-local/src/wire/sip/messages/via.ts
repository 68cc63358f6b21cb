import { indexOutside, type Params, parseParams } from './scan.ts';

/** One Via value (RFC 3261 section 20.42). */
export interface Via {
  /** `2.0`, or the version of a newer sender, whose request is answered 505. */
  version: string;
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`. */
  transport: string;
  /** Lower case; IPv6 without brackets. */
  host: string;
  port?: number;
  params: Params;
}

/**
 * Any text is accepted as the host: a name that cannot be resolved, `(null)`, a link-local address with its
 * zone. Responses are sent to where the request came from (RFC 3261 section 18.2.2, RFC 3581), so nothing
 * depends on it.
 */
const SENT =
  /^SIP\s*\/\s*(\d{1,3}\.\d{1,3})\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\[[^\]\s;]*\]|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*|[^\s;:,[\]]*)(?:\s*:\s*(\d{0,10}))?\s*(?=;|$)/i;
const MAX_PORT = 65_535;

/**
 * Undefined if the text does not follow the grammar. An IPv6 address without brackets is assumed to have no
 * port.
 */
export function parseVia(text: string): Via | undefined {
  const match = SENT.exec(text);
  if (!match) return undefined;
  const params = parseParams(text.slice(match[0].length), 'first');
  if (!params) return undefined;
  const host = match[3]!.toLowerCase();
  const via: Via = {
    version: match[1]!,
    transport: match[2]!.toUpperCase(),
    host: host.startsWith('[') ? host.slice(1, -1) : host,
    params,
  };
  const port = Number(match[4] ?? 0);
  if (port > 0 && port <= MAX_PORT) via.port = port;
  return via;
}

/** The first value of a Via field, and the rest of the field. */
export function splitTopVia(field: string): { top: string; rest: string } {
  const comma = indexOutside(field, ',');
  return comma < 0
    ? { top: field, rest: '' }
    : { top: field.slice(0, comma).trim(), rest: field.slice(comma) };
}
