/** The quality of a call's sound. */
export interface Quality {
  /** Round trip to the media server. */
  roundTripMs?: number;
  /** Percentage of lost packets among those sent to us since the previous reading. */
  lossPercent?: number;
  jitterMs?: number;
  /** Name of the codec in use. */
  codec?: string;
}

/** Counters of the previous reading. */
export interface Counted {
  received: number;
  lost: number;
}

/** A report of the browser's statistics, of which some members are used (W3C webrtc-stats). */
type Report = Record<string, unknown> & { type?: unknown; id?: unknown };

/** Reads `RTCPeerConnection.getStats()`. */
export function readQuality(
  reports: Iterable<Report>,
  before: Counted | undefined,
): { quality: Quality; counted: Counted | undefined } {
  const all = [...reports];
  const inbound = all.find((report) => report.type === 'inbound-rtp' && report.kind === 'audio');
  const pair = all.find((report) => report.type === 'candidate-pair' && report.nominated === true);
  const remote = all.find((report) => report.type === 'remote-inbound-rtp');
  const codec = all.find((report) => report.type === 'codec' && report.id === inbound?.codecId);
  const roundTrip = numeric(remote?.roundTripTime) ?? numeric(pair?.currentRoundTripTime);
  const jitter = numeric(inbound?.jitter);
  const counted = inbound && {
    received: numeric(inbound.packetsReceived) ?? 0,
    lost: numeric(inbound.packetsLost) ?? 0,
  };
  const loss = counted && lossBetween(before, counted);
  const name = typeof codec?.mimeType === 'string' ? codec.mimeType.split('/')[1] : undefined;
  return {
    quality: {
      ...(roundTrip === undefined ? {} : { roundTripMs: roundTrip * 1000 }),
      ...(loss === undefined ? {} : { lossPercent: loss }),
      ...(jitter === undefined ? {} : { jitterMs: jitter * 1000 }),
      ...(name === undefined ? {} : { codec: name }),
    },
    counted,
  };
}

function lossBetween(before: Counted | undefined, now: Counted): number | undefined {
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  const expected = lost + Math.max(0, now.received - (before?.received ?? 0));
  return expected === 0 ? undefined : (100 * lost) / expected;
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
