import type { Codec } from './line.ts';

/** Clock rate in Hz, for telephone-event must have the same (RFC 4733 section 2.1). */
const CLOCK_RATE: Record<Codec, number> = { PCMU: 8000, opus: 48_000 };

type Named = Pick<RTCRtpCodec, 'mimeType' | 'clockRate'>;

/**
 * The codec of a person who has chosen none. Opus: a browser's jitter buffer holds 30 ms of it and 46 of PCMU
 * (docs/performance.md). But keys must work: Firefox has telephone-event at 8,000 Hz only, which is PCMU's clock rate.
 */
export function usualCodec(all: readonly Named[]): Codec {
  const hasKeys = all.some((codec) => isKeys(codec) && codec.clockRate === CLOCK_RATE.opus);
  return hasKeys ? 'opus' : 'PCMU';
}

/**
 * The codecs to offer: the chosen one and keys beside it, nothing else. Empty when the browser does not
 * have it; then it is better to offer everything.
 */
export function offeredCodecs<T extends Named>(all: readonly T[], chosen: Codec): T[] {
  const speech = all.filter((codec) => isSpeech(codec, chosen));
  return speech.length === 0 ? [] : [...speech, ...keysAt(all, CLOCK_RATE[chosen])];
}

/** The same codecs in the order in which to answer: the other end may not have the chosen one. */
export function answeredCodecs<T extends Named>(all: readonly T[], chosen: Codec): T[] {
  const first = offeredCodecs(all, chosen);
  return [...first, ...all.filter((codec) => !first.includes(codec))];
}

function isSpeech(codec: Named, chosen: Codec): boolean {
  return codec.mimeType.toLowerCase() === `audio/${chosen.toLowerCase()}`;
}

function isKeys(codec: Named): boolean {
  return codec.mimeType.toLowerCase() === 'audio/telephone-event';
}

function keysAt<T extends Named>(all: readonly T[], clockRate: number): T[] {
  const keys = all.filter(isKeys);
  const same = keys.filter((codec) => codec.clockRate === clockRate);
  return same.length > 0 ? same : keys;
}
