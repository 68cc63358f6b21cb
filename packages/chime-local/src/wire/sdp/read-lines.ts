import { usualForm } from './ip-address.ts';
import { SDP_LIMITS } from './limits.ts';
import type { Attribute, Connection, MediaDescription, Origin } from './session-description.ts';

/** Readers for the values of single lines (RFC 8866 section 5). Any white space is accepted. */

const MAX_PORT = 65_535;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`{|}~-]+/;
const FORMAT = /^[\x21-\x7e]+$/;

/** `o=`, section 5.2. Nothing depends on it: an origin that does not follow the grammar counts as absent. */
export function readOrigin(value: string): Origin | undefined {
  const match = /^(\S+)\s+(\d{1,20})\s+(\d{1,20})\s+IN\s+(IP4|IP6)\s+(\S+)$/.exec(value);
  return (
    (match?.[5] && {
      username: match[1]!,
      sessionId: match[2]!,
      sessionVersion: match[3]!,
      addressType: match[4] as 'IP4' | 'IP6',
      address: match[5],
    }) ||
    undefined
  );
}

/** `c=`, section 5.7. The network and address types may be missing, as some phones leave them out. */
export function readConnection(value: string): Connection | undefined {
  const match = /^(?:IN\s+)?(?:(IP4|IP6)\s+)?\[?([^\s[\]]+)\]?$/i.exec(value);
  // RFC 8866 section 5.7: TTL and number of addresses are for multicast and meaningless after a unicast
  // address.
  const written = match?.[2]?.replace(/\/.*$/, '');
  if (written === undefined || /^(?:IN|IP4|IP6|)$/i.test(written)) return undefined;
  const address = usualForm(written);
  const addressType = match?.[1]
    ? (match[1].toUpperCase() as 'IP4' | 'IP6')
    : address.includes(':')
      ? 'IP6'
      : 'IP4';
  return { addressType, address };
}

/** `m=`, section 5.14. A line that cannot be read is refused: port 0, and `fault` says why. */
export function readMedia(value: string): MediaDescription {
  const [type = '', ports = '', protocol = '', ...formats] = value.split(/\s+/);
  const media: MediaDescription = {
    type: TOKEN.exec(type)?.[0] ?? 'audio',
    port: 0,
    protocol: FORMAT.test(protocol) ? protocol : 'RTP/AVP',
    formats: formats.filter((format) => FORMAT.test(format)).slice(0, SDP_LIMITS.formats),
    otherLines: [],
    attributes: [],
  };
  const match = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(ports);
  const fault = faultOf(value, match, formats.length);
  // Section 9 requires a format even if the section is refused.
  if (media.formats.length === 0) media.formats.push('0');
  if (fault !== undefined) return { ...media, fault };
  media.port = Number(match![1]);
  if (match![2] !== undefined) media.portCount = Number(match![2]);
  return media;
}

function faultOf(value: string, port: RegExpExecArray | null, formats: number): string | undefined {
  const line = `m=${value.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)}`;
  if (!port || Number(port[1]) > MAX_PORT) return `"${line}" has no port from 0 to ${MAX_PORT}`;
  if (formats === 0) return `"${line}" names no format`;
  return formats > SDP_LIMITS.formats ? `"${line}" names more than ${SDP_LIMITS.formats} formats` : undefined;
}

/** Attributes that are looked up by name; their case is ignored. */
const KNOWN = /^(?:sendrecv|sendonly|recvonly|inactive|rtpmap|fmtp|ptime|maxptime|rtcp|rtcp-mux|crypto)$/i;

/** `a=`, section 5.13. */
export function readAttribute(value: string): Attribute {
  const colon = value.indexOf(':');
  const written = (colon < 0 ? value : value.slice(0, colon)).trim();
  const name = KNOWN.test(written) ? written.toLowerCase() : written;
  return colon < 0 ? { name } : { name, value: value.slice(colon + 1).trim() };
}
