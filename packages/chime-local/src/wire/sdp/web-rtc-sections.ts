import { SDP_LIMITS, WEB_RTC_LIMITS } from './limits.ts';
import { type Disagreement, disagree } from './offer-answer.ts';
import {
  type Attribute,
  attributeValue,
  type Direction,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';
import { type Format, idleFormat } from './web-rtc-codecs.ts';
import { candidateAttributes, type LocalWebRtcAudio, transportAttributes } from './web-rtc-transport.ts';
import { type VideoUse, videoAttributes, videoLines } from './web-rtc-video.ts';

/**
 * A media section of ours. An `open` section has a port, whatever it is used for; a `refused` one has port 0
 * for good.
 */
export type OwnSection = OpenSection | RefusedSection;

export interface OpenSection {
  readonly kind: 'open';
  /** What the section carries; `nothing` goes with `inactive`. */
  readonly use: 'audio' | 'nothing' | VideoUse;
  readonly type: string;
  readonly protocol: string;
  readonly mid?: string;
  readonly formats: readonly Format[];
  readonly direction: Direction;
  /** Whether `a=rtcp-mux` was offered, or is offered by us. */
  readonly mux: boolean;
}

export interface RefusedSection {
  readonly kind: 'refused';
  readonly type: string;
  readonly protocol: string;
  readonly mid?: string;
  readonly formats: readonly string[];
}

/**
 * Length of the packets that we prefer to receive, ms (RFC 8866 section 6.4: a wish; we send packets of 20
 * ms). This is half a frame of the meetings' mixer: compared to packets of 20 ms, a voice waits 5 ms less for
 * its frame on average, and 10 ms less at worst. Chromium follows the wish, Firefox does not.
 */
const PTIME_MS = 10;

/**
 * The profiles of RTP over DTLS (RFC 5764 section 8); the second list has the names that older browsers used.
 */
const DTLS_PROFILES: readonly string[] = [
  'UDP/TLS/RTP/SAVPF',
  'UDP/TLS/RTP/SAVP',
  'TCP/DTLS/RTP/SAVPF',
  'TCP/DTLS/RTP/SAVP',
];
const SECURE_PROFILES: readonly string[] = ['RTP/SAVPF', 'RTP/SAVP'];
const MID_TOKEN = /^[!#-'*+\-.0-9A-Z^-~]+$/;

/**
 * Whether a section is RTP keyed by DTLS. `RTP/SAVPF` may also be keyed by SDES, which has no fingerprint.
 */
export function isDtlsRtp(description: SessionDescription, media: MediaDescription): boolean {
  if (DTLS_PROFILES.includes(media.protocol)) return true;
  return (
    SECURE_PROFILES.includes(media.protocol) &&
    [media.attributes, description.attributes].some((attributes) => hasAttribute(attributes, 'fingerprint'))
  );
}

/** Port 0 means refused, unless the section is to share the port of another one (RFC 9143 section 6). */
export function isRefused(media: MediaDescription): boolean {
  return media.port === 0 && !hasAttribute(media.attributes, 'bundle-only');
}

export function midOf(media: MediaDescription): string | undefined {
  return attributeValue(media.attributes, 'mid')?.trim();
}

/** What is wrong with the sections' mids; they reappear in our answer and in header extensions. */
export function midFault({ media }: SessionDescription): Disagreement | undefined {
  const mids = media.map(midOf).filter((mid) => mid !== undefined);
  if (mids.some((mid) => mid.length > WEB_RTC_LIMITS.mid || !MID_TOKEN.test(mid)))
    return disagree(399, 'a=mid is malformed');
  return new Set(mids).size === mids.length ? undefined : disagree(399, 'two sections have the same a=mid');
}

/**
 * The sections that share a transport with `media`, in the order of the group: its BUNDLE group, or itself
 * (RFC 9143).
 */
export function bundleOf(description: SessionDescription, media: MediaDescription): MediaDescription[] {
  const mid = midOf(media);
  for (const { name, value } of description.attributes) {
    // No more mids than there can be sections: an untrusted peer may write thousands.
    const [semantics, ...mids] =
      name === 'group' ? (value ?? '').trim().split(/ +/, 1 + SDP_LIMITS.media) : [];
    if (semantics !== 'BUNDLE' || mid === undefined || !mids.includes(mid)) continue;
    return mids.flatMap(
      (member) => description.media.find((section) => midOf(section) === member && !isRefused(section)) ?? [],
    );
  }
  return [media];
}

/** Our answer to a section that we do not use. It stays open if possible: a later offer may give it a use. */
export function unusedSection(
  description: SessionDescription,
  media: MediaDescription,
  bundled: boolean,
): OwnSection {
  const mid = midOf(media);
  const { type, protocol, formats } = media;
  const common = { type, protocol, ...(mid === undefined ? {} : { mid }) };
  const idle = idleFormat(media);
  if (!bundled || isRefused(media) || !idle || !isDtlsRtp(description, media))
    return { kind: 'refused', ...common, formats };
  const mux = hasAttribute(media.attributes, 'rtcp-mux');
  return { kind: 'open', use: 'nothing', ...common, formats: [idle], direction: 'inactive', mux };
}

/** Converts our sections to SDP, with the attributes of the session. */
export function writeSections(
  sections: readonly OwnSection[],
  local: LocalWebRtcAudio,
  setup: 'actpass' | 'passive',
): { media: MediaDescription[]; attributes: Attribute[] } {
  const bundled = sections.flatMap((section) =>
    section.kind === 'open' && section.mid !== undefined ? [section.mid] : [],
  );
  const first = sections.findIndex(({ kind }) => kind === 'open');
  const media = sections.map((section, place) =>
    section.kind === 'open' ? openSection(section, local, setup, place === first) : refusedSection(section),
  );
  const attributes: Attribute[] =
    bundled.length > 0 ? [{ name: 'group', value: `BUNDLE ${bundled.join(' ')}` }] : [];
  attributes.push({ name: 'ice-lite' }, { name: 'ice-options', value: 'ice2' });
  return { media, attributes };
}

/**
 * Writes an open section. Each has ICE and DTLS attributes, as in browsers' descriptions; the first also has
 * the candidate.
 */
function openSection(
  section: OpenSection,
  local: LocalWebRtcAudio,
  setup: 'actpass' | 'passive',
  first: boolean,
): MediaDescription {
  const { use, type, protocol, mid, formats, direction, mux } = section;
  const attributes: Attribute[] = mid === undefined ? [] : [{ name: 'mid', value: mid }];
  attributes.push(...transportAttributes(local, setup), { name: direction });
  if (mux) attributes.push({ name: 'rtcp-mux' });
  for (const { payloadType, rtpmap, fmtp } of formats) {
    if (rtpmap !== undefined) attributes.push({ name: 'rtpmap', value: `${payloadType} ${rtpmap}` });
    if (fmtp !== undefined) attributes.push({ name: 'fmtp', value: `${payloadType} ${fmtp}` });
  }
  if (use === 'audio') attributes.push(...audioAttributes(local));
  else if (use !== 'nothing') attributes.push(...videoAttributes(use, formats));
  if (first) attributes.push(...candidateAttributes(local));
  const numbers = formats.map(({ payloadType }) => String(payloadType));
  const otherLines = typeof use === 'object' ? videoLines(use) : [];
  return { type, port: local.port, protocol, formats: numbers, otherLines, attributes };
}

function audioAttributes({ stream }: LocalWebRtcAudio): Attribute[] {
  const ptime = { name: 'ptime', value: String(PTIME_MS) };
  return stream ? [ptime, { name: 'ssrc', value: `${stream.ssrc} cname:${stream.cname}` }] : [ptime];
}

function refusedSection({ type, protocol, mid, formats }: RefusedSection): MediaDescription {
  const attributes: Attribute[] = mid === undefined ? [] : [{ name: 'mid', value: mid }];
  attributes.push({ name: 'inactive' });
  return { type, port: 0, protocol, formats: [...formats], otherLines: [], attributes };
}
