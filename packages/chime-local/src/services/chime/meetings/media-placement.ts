/** Where a meeting's media are: the addresses that a browser client is given. */
import { createHash } from 'node:crypto';

/** Nothing listens there: `.invalid` never resolves (RFC 2606). */
export const NOWHERE = 'wss://media.invalid';

/**
 * The addresses for one meeting. `base` is a `ws:` or `wss:` URL without a path. EventIngestionUrl is left out:
 * clients then do not report their events anywhere.
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
