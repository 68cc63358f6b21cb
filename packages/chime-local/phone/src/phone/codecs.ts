import type { Codec } from './line.ts';

/**
 * Clock rate in Hz; telephone-event should have the same (RFC 4733 section 2.1). Firefox offers it at 8,000
 * Hz only, and sends it with Opus, too.
 */
const CLOCK_RATE: Record<Codec, number> = { PCMU: 8000, opus: 48_000 };

type Named = Pick<RTCRtpCodec, 'mimeType' | 'clockRate'>;

/**
 * The codecs to offer: only the chosen one, and telephone events with it. Empty if the browser does not have
 * it; then it is better to offer everything.
 */
export function offeredCodecs<T extends Named>(all: readonly T[], chosen: Codec): T[] {
  const speech = all.filter((codec) => isSpeech(codec, chosen));
  return speech.length === 0 ? [] : [...speech, ...keysAt(all, CLOCK_RATE[chosen])];
}

/** All codecs in the order for an answer: the chosen one first, but the other end may not have it. */
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
