import type { Attribute, MediaDescription } from './session-description.ts';
import { attributeValue } from './session-description.ts';

/** The telephone codecs, with their static payload types (RFC 3551 table 4). */
export type AudioCodec = 'PCMU' | 'PCMA';
export const STATIC_PAYLOAD_TYPES: Readonly<Record<AudioCodec, number>> = { PCMU: 0, PCMA: 8 };

/** The payload type that we offer for telephone-event; any dynamic one would do. */
export const OFFERED_DTMF_PAYLOAD_TYPE = 101;
/** RFC 4733 section 2.4.1: 0-9, *, #, A-D. */
export const DTMF_EVENTS = '0-15';
const MAX_PAYLOAD_TYPE = 127;
const CLOCK_RATE = '8000';

/** A format of a media section that we understand. */
export interface AudioFormats {
  /** In the writer's order of preference. */
  codecs: { codec: AudioCodec; payloadType: number }[];
  /** telephone-event at 8000 Hz: the clock of both codecs (RFC 4733 section 2.1). */
  dtmfPayloadType?: number;
}

interface Attributes {
  readonly attributes: readonly Attribute[];
}

/** What of a media section's formats we understand: by rtpmap, or by static number without one. */
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

/** Encoding names at 8000 Hz by payload type; those at other rates are known to be something else. */
function rtpmaps(attributes: readonly Attribute[]): Map<number, string> {
  const maps = new Map<number, string>();
  for (const { name, value } of attributes) {
    if (name !== 'rtpmap') continue;
    // A rate that is left out can only be the usual one of telephony.
    const match = /^\s*(\d{1,3})\s+([^/\s]+)(?:\s*\/\s*(\d+)(?:\s*\/\s*(\d+))?)?\s*$/.exec(value ?? '');
    // Of several for one number the first that telephony has counts (pjproject#2675).
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

/** Length of our packets unless another is asked for, ms (RFC 3551 section 4.2). */
export const PTIME_MS = 20;
/** Our packets are whole multiples of this long, ms. */
const PTIME_STEP_MS = 10;
/** The longest that still fits an Ethernet frame with its headers, ms: 1440 of 1500 bytes. */
const MAX_PTIME_MS = 180;

/**
 * How long the packets are that the writer of a media section wants, ms: `a=ptime`, and never above `a=maxptime` (RFC 8866
 * section 6.4), as near below it as we can make them. Phones write both above the media, too. What cannot be read counts as absent.
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
