import { readRtcp } from '#rtp';

/**
 * The kind of the last packet in the newest of these RTCP reports; unless it is a goodbye, the leg goes on.
 */
export function lastPacketKind(reports: readonly Uint8Array[]): string | undefined {
  const newest = reports.at(-1);
  if (newest === undefined) return undefined;
  const reading = readRtcp(newest);
  return 'packets' in reading ? reading.packets.at(-1)?.kind : undefined;
}
