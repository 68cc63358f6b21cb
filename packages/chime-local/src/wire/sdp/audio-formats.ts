import type { Attribute, MediaDescription } from './session-description.ts';
import { attributeValue } from './session-description.ts';

/** The telephone codecs, with their static payload types (RFC 3551 table 4). */
export type AudioCodec = 'PCMU' | 'PCMA';
export const STATIC_PAYLOAD_TYPES: Readonly<Record<AudioCodec, number>> = { PCMU: 0, PCMA: 8 };

/** The payload type that we offer for telephone-event; any dynamic type would do. */
export const OFFERED_DTMF_PAYLOAD_TYPE = 101;
/** RFC 4733 section 2.4.1: 0-9, *, #, A-D. */
export const DTMF_EVENTS = '0-15';
const MAX_PAYLOAD_TYPE = 127;
const CLOCK_RATE = '8000';

/** The formats of a media section that we understand. */
export interface AudioFormats {
  /** The telephone codecs in the writer's order of preference. */
  codecs: { codec: AudioCodec; payloadType: number }[];
  /** The payload type of telephone-event at 8000 Hz, the clock rate of both codecs (RFC 4733 section 2.1). */
  dtmfPayloadType?: number;
}

interface Attributes {
  readonly attributes: readonly Attribute[];
}

/**
 * The formats of a media section that we understand: those with a suitable rtpmap, or with a static payload
 * type and no rtpmap.
 */
export function audioFormats(media: MediaDescription): AudioFormats {
  const maps = rtpmaps(media.attributes);
  const found: AudioFormats = { codecs: [] };
  for (const format of media.formats) {
    if (!/^\d{1,3}$/.test(format) || Number(format) > MAX_PAYLOAD_TYPE) continue;
    const payloadType = Number(format);
    const encoding = maps.get(payloadType) ?? staticEncoding(payloadType);
    if (encoding === 'PCMU' || encoding === 'PCMA') {
      if (!found.codecs.some(({ codec }) => codec === encoding)) {
        found.codecs.push({ codec: encoding, payloadType });
      }
    } else if (encoding === 'TELEPHONE-EVENT') found.dtmfPayloadType ??= payloadType;
  }
  return found;
}

/** Encoding names at 8000 Hz by payload type; encodings at other rates are recorded as 'OTHER'. */
function rtpmaps(attributes: readonly Attribute[]): Map<number, string> {
  const maps = new Map<number, string>();
  for (const { name, value } of attributes) {
    if (name !== 'rtpmap') continue;
    // If the clock rate is missing, it can only be the usual one of telephony.
    const match = /^\s*(\d{1,3})\s+([^/\s]+)(?:\s*\/\s*(\d+)(?:\s*\/\s*(\d+))?)?\s*$/.exec(value ?? '');
    // If a number has several rtpmaps, the first that telephony knows counts (pjproject#2675).
    if (!match || (maps.get(Number(match[1])) ?? 'OTHER') !== 'OTHER') continue;
    const mono = match[4] === undefined || match[4] === '1';
    const telephony = (match[3] ?? CLOCK_RATE) === CLOCK_RATE && mono;
    maps.set(Number(match[1]), telephony ? match[2]!.toUpperCase() : 'OTHER');
  }
  return maps;
}

function staticEncoding(payloadType: number): AudioCodec | undefined {
  if (payloadType === STATIC_PAYLOAD_TYPES.PCMU) return 'PCMU';
  return payloadType === STATIC_PAYLOAD_TYPES.PCMA ? 'PCMA' : undefined;
}

/** Length of our packets unless the far end asks for another, ms (RFC 3551 section 4.2). */
export const PTIME_MS = 20;
/** The length of our packets is a multiple of this, ms. */
const PTIME_STEP_MS = 10;
/** The longest packet that fits into an Ethernet frame with its headers, ms: 1440 of 1500 bytes. */
const MAX_PTIME_MS = 180;

/**
 * The packet length that the writer of a media section wants, ms: `a=ptime`, limited by `a=maxptime` (RFC
 * 8866 section 6.4) and rounded down to a length that we can produce. Some phones write both attributes at
 * session level. Values that cannot be read count as absent.
 */
export function packetTime(media: MediaDescription, session: Attributes): number {
  const asked = (name: string) => milliseconds(media, name) ?? milliseconds(session, name);
  const most = asked('maxptime') ?? MAX_PTIME_MS;
  const wanted = Math.min(asked('ptime') ?? PTIME_MS, most, MAX_PTIME_MS);
  return Math.max(PTIME_STEP_MS, PTIME_STEP_MS * Math.floor(wanted / PTIME_STEP_MS));
}

function milliseconds({ attributes }: Attributes, name: string): number | undefined {
  const value = Number(attributeValue(attributes, name)?.trim() || Number.NaN);
  return value > 0 ? value : undefined;
}
