import { isIPv6 } from './ip-address.ts';
import { WEB_RTC_LIMITS } from './limits.ts';
import { type Disagreement, disagree } from './offer-answer.ts';
import { type Attribute, attributeValue, hasAttribute } from './session-description.ts';

/**
 * A certificate's hash as in `a=fingerprint` (RFC 8122): `hash` in lower case, `value` in upper-case pairs.
 */
export interface Fingerprint {
  hash: string;
  value: string;
}

/** Our end of a WebRTC connection: ICE-lite with one host candidate, DTLS server, all on one port. */
export interface LocalWebRtcAudio {
  address: string;
  port: number;
  iceUfrag: string;
  icePwd: string;
  /** SHA-256, as upper-case hexadecimal pairs with colons. */
  fingerprint: string;
  /**
   * The stream that we send (RFC 5576). Without it Chromium plays nothing if an inactive section is bundled
   * with audio, unless every packet carries its MID.
   */
  stream?: { ssrc: number; cname: string };
}

/** The far end of a WebRTC connection, as its description states it. */
export interface RemoteTransport {
  iceUfrag: string;
  icePwd: string;
  /** At least one. Those with insecure hash functions are left out. */
  fingerprints: Fingerprint[];
}

/** ICE characters (RFC 8839 section 5.4). */
const ICE_CHARS = /^[A-Za-z0-9+/]+$/;

/** Lengths in bytes of the hashes that RFC 8122 section 5 allows and that are still secure. */
const HASH_BYTES: Readonly<Record<string, number>> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

/** Priority (RFC 8421 and RFC 8445 section 5.1.2.1) of a host candidate (126) with one address, for RTP. */
const HOST_PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

/**
 * Reads ICE and DTLS attributes. We can only be the DTLS server and check no connectivity, so the far end
 * must be able to be the client, and must not be ICE-lite itself.
 * @param levels the places where the attributes may be, the nearest first (the section, then the session).
 */
export function readTransport(
  levels: readonly (readonly Attribute[])[],
  from: 'offer' | 'answer',
): RemoteTransport | Disagreement {
  if (levels.some((attributes) => hasAttribute(attributes, 'ice-lite')))
    return disagree(399, 'both ends are ICE-lite, so nobody would check connectivity');
  const iceUfrag = valueAt(levels, 'ice-ufrag');
  const icePwd = valueAt(levels, 'ice-pwd');
  if (iceUfrag === undefined || !isIceText(iceUfrag, WEB_RTC_LIMITS.iceUfrag))
    return disagree(399, 'a=ice-ufrag is missing or malformed');
  if (icePwd === undefined || !isIceText(icePwd, WEB_RTC_LIMITS.icePwd))
    return disagree(399, 'a=ice-pwd is missing or malformed');
  const fingerprints = readFingerprints(levels);
  if ('kind' in fingerprints) return fingerprints;
  const role = readRole(levels, from);
  return role ?? { iceUfrag, icePwd, fingerprints };
}

/** RFC 8842 section 5: an offer has `actpass` (older ones `active`), and an answer to our offer `active`. */
function readRole(levels: readonly (readonly Attribute[])[], from: 'offer' | 'answer') {
  const setup = valueAt(levels, 'setup') ?? 'active';
  if (setup === 'active' || (setup === 'actpass' && from === 'offer')) return undefined;
  return disagree(399, `a=setup of the ${from} does not let us be the DTLS server`);
}

function readFingerprints(levels: readonly (readonly Attribute[])[]): Fingerprint[] | Disagreement {
  const lines =
    levels
      .map((attributes) => attributes.filter(({ name }) => name === 'fingerprint'))
      .find(({ length }) => length > 0) ?? [];
  if (lines.length > WEB_RTC_LIMITS.fingerprints)
    return disagree(399, `more than ${WEB_RTC_LIMITS.fingerprints} a=fingerprint lines`);
  const found: Fingerprint[] = [];
  for (const { value } of lines) {
    const match = /^\s*([a-z0-9-]{1,16}) +((?:[0-9a-f]{2}:)*[0-9a-f]{2})\s*$/i.exec(value ?? '');
    if (!match) return disagree(399, 'a=fingerprint is malformed');
    const hash = match[1]!.toLowerCase();
    const bytes = HASH_BYTES[hash];
    if (bytes === undefined) continue;
    if (match[2]!.length !== bytes * 3 - 1)
      return disagree(399, `a=fingerprint has not the length of ${hash}`);
    found.push({ hash, value: match[2]!.toUpperCase() });
  }
  return found.length > 0 ? found : disagree(399, 'no a=fingerprint with SHA-256, SHA-384 or SHA-512');
}

/** The ICE and DTLS attributes of our sections. */
export function transportAttributes(local: LocalWebRtcAudio, setup: 'actpass' | 'passive'): Attribute[] {
  return [
    { name: 'ice-ufrag', value: local.iceUfrag },
    { name: 'ice-pwd', value: local.icePwd },
    { name: 'fingerprint', value: `sha-256 ${local.fingerprint}` },
    { name: 'setup', value: setup },
  ];
}

/** Our only candidate (RFC 8839 section 5.1). */
export function candidateAttributes({ address, port }: LocalWebRtcAudio): Attribute[] {
  // The foundation only has to differ between candidates of different kinds.
  const foundation = isIPv6(address) ? 2 : 1;
  return [
    { name: 'candidate', value: `${foundation} 1 udp ${HOST_PRIORITY} ${address} ${port} typ host` },
    { name: 'end-of-candidates' },
  ];
}

function isIceText(text: string, { least, most }: { least: number; most: number }): boolean {
  return text.length >= least && text.length <= most && ICE_CHARS.test(text);
}

function valueAt(levels: readonly (readonly Attribute[])[], name: string): string | undefined {
  for (const attributes of levels) {
    const value = attributeValue(attributes, name);
    if (value !== undefined) return value.trim();
  }
  return undefined;
}
