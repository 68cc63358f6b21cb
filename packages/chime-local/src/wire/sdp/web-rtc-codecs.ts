import { DTMF_EVENTS, OFFERED_DTMF_PAYLOAD_TYPE, STATIC_PAYLOAD_TYPES } from './audio-formats.ts';
import type { Attribute, MediaDescription } from './session-description.ts';

/** The codecs that our WebRTC connections may carry (RFC 7874 section 3). */
export type WebRtcCodec = 'opus' | 'PCMU' | 'PCMA';

/** One payload type of a section that we write. */
export interface Format {
  payloadType: number;
  /** The text after `a=rtpmap:<payload type> `; absent if the offer had none either. */
  rtpmap?: string;
  fmtp?: string;
}

/** The codec that an exchange agreed on, with the payload types that the far end assigned. */
export interface ChosenCodec {
  codec: WebRtcCodec;
  payloadType: number;
  dtmfPayloadType?: number;
  /** Clock rate of telephone-event in Hz, if it differs from that of the codec. */
  dtmfClockRate?: DtmfClockRate;
}

/** Clock rates of telephone-event that a far end may use, in Hz. */
type DtmfClockRate = 8000 | 48_000;

/** Encoding names with clock rates; Opus is always written with two channels (RFC 7587 section 7). */
const RTPMAPS: Readonly<Record<WebRtcCodec, string>> = {
  opus: 'opus/48000/2',
  PCMU: 'PCMU/8000',
  PCMA: 'PCMA/8000',
};

/**
 * The parameters that we ask of senders of Opus (RFC 7587 section 6.1): frames of 10 ms or longer, one
 * channel, and no forward error correction, which our decoder could not use.
 */
const OPUS_WISHES = 'minptime=10;stereo=0;useinbandfec=0';

/** Dynamic payload types of our own offers: those that browsers use. */
const OFFERED_OPUS = 111;
const OFFERED_OPUS_DTMF = 110;
const MAX_PAYLOAD_TYPE = 127;

/**
 * The first of `codecs` that the section has, and telephone-event; undefined if it has none of them. Events
 * should have the clock rate of the codec (RFC 4733 section 2.1), but Firefox offers and sends them at 8000
 * Hz only, even beside Opus.
 */
export function chooseCodec(
  media: MediaDescription,
  codecs: readonly WebRtcCodec[],
): ChosenCodec | undefined {
  const maps = rtpmaps(media.attributes);
  const offered = payloadTypes(media).map((payloadType) => ({
    payloadType,
    encoding: normal(maps.get(payloadType) ?? staticEncoding(payloadType)),
  }));
  const find = (rtpmap: string) => offered.find(({ encoding }) => encoding === normal(rtpmap))?.payloadType;
  for (const codec of codecs) {
    const payloadType = find(RTPMAPS[codec]);
    if (payloadType === undefined) continue;
    const rate = clockRate(codec);
    const other = otherRate(rate);
    const [same, odd] = [find(`telephone-event/${rate}`), find(`telephone-event/${other}`)];
    if (same !== undefined) return { codec, payloadType, dtmfPayloadType: same };
    if (odd !== undefined) return { codec, payloadType, dtmfPayloadType: odd, dtmfClockRate: other };
    return { codec, payloadType };
  }
  return undefined;
}

/** The formats of our section for an agreed codec. */
export function chosenFormats(chosen: ChosenCodec): Format[] {
  const { codec, payloadType, dtmfPayloadType, dtmfClockRate = clockRate(codec) } = chosen;
  const formats = [codecFormat(codec, payloadType)];
  if (dtmfPayloadType !== undefined) formats.push(dtmfFormat(dtmfClockRate, dtmfPayloadType));
  return formats;
}

/** The formats of our first offer. */
export function offeredFormats(codecs: readonly WebRtcCodec[]): Format[] {
  const formats = codecs.map((codec) =>
    codecFormat(codec, codec === 'opus' ? OFFERED_OPUS : STATIC_PAYLOAD_TYPES[codec]),
  );
  const rates = new Set(codecs.map(clockRate));
  for (const rate of rates) {
    formats.push(dtmfFormat(rate, rate === 48_000 ? OFFERED_OPUS_DTMF : OFFERED_DTMF_PAYLOAD_TYPE));
  }
  return formats;
}

/**
 * The format of a section that carries nothing: for video VP8, which every browser supports (RFC 7742 section
 * 5), otherwise the first one offered.
 */
export function idleFormat(media: MediaDescription): Format | undefined {
  const maps = rtpmaps(media.attributes);
  const offered = payloadTypes(media);
  const payloadType = offered.find((type) => normal(maps.get(type)) === 'vp8/90000') ?? offered[0];
  if (payloadType === undefined) return undefined;
  const rtpmap = maps.get(payloadType);
  return rtpmap === undefined ? { payloadType } : { payloadType, rtpmap };
}

function clockRate(codec: WebRtcCodec): DtmfClockRate {
  return codec === 'opus' ? 48_000 : 8000;
}

function otherRate(rate: DtmfClockRate): DtmfClockRate {
  return rate === 8000 ? 48_000 : 8000;
}

function codecFormat(codec: WebRtcCodec, payloadType: number): Format {
  const format: Format = { payloadType, rtpmap: RTPMAPS[codec] };
  if (codec === 'opus') format.fmtp = OPUS_WISHES;
  return format;
}

function dtmfFormat(rate: number, payloadType: number): Format {
  return { payloadType, rtpmap: `telephone-event/${rate}`, fmtp: DTMF_EVENTS };
}

function payloadTypes(media: MediaDescription): number[] {
  return media.formats
    .filter((format) => /^\d{1,3}$/.test(format) && Number(format) <= MAX_PAYLOAD_TYPE)
    .map(Number);
}

/** Encodings by payload type as they were written; if a payload type has two, the first counts. */
function rtpmaps(attributes: readonly Attribute[]): Map<number, string> {
  const maps = new Map<number, string>();
  for (const { name, value } of attributes) {
    if (name !== 'rtpmap') continue;
    const match = /^\s*(\d{1,3})\s+([^/\s]+\/\d+(?:\/\d+)?)\s*$/.exec(value ?? '');
    if (match && !maps.has(Number(match[1]))) maps.set(Number(match[1]), match[2]!);
  }
  return maps;
}

/** Encoding names are case-insensitive, and a channel count of one may be omitted (RFC 8866 section 6.6). */
function normal(rtpmap: string | undefined): string | undefined {
  return rtpmap?.toLowerCase().replace(/^([^/]+\/\d+)\/1$/, '$1');
}

function staticEncoding(payloadType: number): string | undefined {
  if (payloadType === STATIC_PAYLOAD_TYPES.PCMU) return RTPMAPS.PCMU;
  return payloadType === STATIC_PAYLOAD_TYPES.PCMA ? RTPMAPS.PCMA : undefined;
}
