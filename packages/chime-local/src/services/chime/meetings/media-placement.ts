/** MediaPlacement: the media addresses that a browser client gets with a meeting. */
import { createHash } from 'node:crypto';

/** An address at which nothing listens: `.invalid` never resolves (RFC 2606). */
export const NOWHERE = 'wss://media.invalid';

/**
 * The media addresses of one meeting. `base` is a `ws:` or `wss:` URL without a path. EventIngestionUrl is
 * left out, so clients do not report their events.
 */
export function mediaPlacement(base: string, meetingId: string): Record<string, string> {
  const { host, hostname, protocol } = new URL(base);
  const socket = `${protocol}//${host}`;
  const web = `${protocol === 'ws:' ? 'http:' : 'https:'}//${host}`;
  const shard = createHash('sha256').update(meetingId).digest('hex').slice(0, 32);
  return {
    AudioHostUrl: `${shard}.k.${hostname}:3478`,
    AudioFallbackUrl: `${socket}/calls/${meetingId}`,
    SignalingUrl: `${socket}/control/${meetingId}`,
    TurnControlUrl: `${web}/v2/turn_sessions`,
    ScreenDataUrl: `${socket}/v2/screen/${meetingId}`,
    ScreenViewingUrl: `${socket}/ws/connect?passcode=null&viewer_uuid=null&X-BitHub-Call-Id=${meetingId}`,
    ScreenSharingUrl: `${socket}/v2/screen/${meetingId}`,
  };
}
