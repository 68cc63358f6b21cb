import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LegKind, LegVideo, LocalMedia, RemoteMedia, VideoMedia } from '#media-edge';
import { type Clock, createLog, type Log, systemClock, systemIds } from '#platform';
import type { SignallingLimits } from '../limits.ts';
import type {
  Admission,
  ClientConnection,
  Rejection,
  Signalling,
  SignallingHandler,
  VideoRights,
} from '../signalling.ts';
import { startSignalling } from '../start-signalling.ts';

/** An offer that Chromium made for the meeting client. */
export const CLIENT_OFFER = readFileSync(new URL('client-offer.sdp', import.meta.url), 'utf8');

/** Media legs that carry nothing. */
export class PretendMedia implements VideoMedia {
  readonly open = new Map<string, LegKind | undefined>();
  readonly connected = new Map<string, RemoteMedia>();
  readonly video = new Map<string, LegVideo>();
  /** Why no leg can be opened, if so. */
  full: string | undefined;
  /** Opening a leg waits until this is resolved. */
  gate: Promise<void> = Promise.resolve();

  async openLeg(legId: string, kind?: LegKind): Promise<LocalMedia> {
    await this.gate;
    if (this.full !== undefined) throw new Error(this.full);
    this.open.set(legId, kind);
    const fingerprint = Array(32).fill('CD').join(':');
    const webRtc = { iceUfrag: 'edge', icePwd: 'p'.repeat(24), fingerprint };
    return { address: '127.0.0.1', rtpPort: 40_000, rtcpPort: 40_000, webRtc };
  }

  connectLeg(legId: string, remote: RemoteMedia): void {
    this.connected.set(legId, remote);
  }

  setVideo(legId: string, video: LegVideo): void {
    this.video.set(legId, video);
  }

  closeLeg(legId: string): void {
    this.open.delete(legId);
    this.video.delete(legId);
  }
}

export const EVERYTHING: VideoRights = { send: true, receiveCameras: true, receiveContent: true };
const CONTENT: VideoRights = { send: true, receiveCameras: false, receiveContent: false };

/** A handler that lets in clients with a known token and records what it is told. */
export class PretendHandler implements SignallingHandler {
  readonly told: string[] = [];
  readonly ids: string[] = [];
  readonly tokens = new Map<string, Admission>([
    ['token-ann', { attendeeId: 'ann', externalUserId: 'Ann Example', video: EVERYTHING }],
    ['token-bob', { attendeeId: 'bob', externalUserId: 'Bob Example', video: EVERYTHING }],
    [
      'token-ann#content',
      { attendeeId: 'ann#content', externalUserId: 'Ann Example', contentOf: 'ann', video: CONTENT },
    ],
  ]);
  rejection: Rejection = { status: 403, description: 'not one of this meeting' };
  onArrived: (legId: string) => void = () => {};

  admit({ legId, joinToken }: ClientConnection): Admission | Rejection {
    const admission = this.tokens.get(joinToken);
    if (!admission) return this.rejection;
    this.ids.push(legId);
    this.told.push(`admit ${admission.attendeeId}`);
    return admission;
  }

  arrived(legId: string, { muted }: { muted: boolean }): void {
    this.told.push(`arrived ${this.#place(legId)}${muted ? ' muted' : ''}`);
    this.onArrived(legId);
  }

  selfMuted(legId: string, muted: boolean): void {
    this.told.push(`${muted ? 'muted' : 'unmuted'} ${this.#place(legId)}`);
  }

  departed(legId: string, how: 'left' | 'dropped'): void {
    this.told.push(`${how} ${this.#place(legId)}`);
  }

  #place(legId: string): number {
    return this.ids.indexOf(legId);
  }
}

export interface PretendMeeting {
  url: string;
  port: number;
  edge: Signalling;
  handler: PretendHandler;
  media: PretendMedia;
  /** Everything that was logged. */
  logged: string[];
  close(): Promise<void>;
}

/** The signalling edge on a port of its own, between a pretend handler and pretend media. */
export async function openPretendMeeting(
  options: { limits?: Partial<SignallingLimits>; clock?: Clock } = {},
): Promise<PretendMeeting> {
  const handler = new PretendHandler();
  const media = new PretendMedia();
  const logged: string[] = [];
  const log: Log = createLog((level, _, text, fields) =>
    logged.push(`${level} ${text} ${JSON.stringify(fields)}`),
  );
  const clock = options.clock ?? systemClock;
  const edge = startSignalling(
    { limits: options.limits ?? {} },
    { handler, media, log, clock, ids: systemIds },
  );
  const server = createServer((_, response) => response.end());
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    edge.acceptWebSocket(request, socket, head, 'meeting-1');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/control/meeting-1?X-Chime-Control-Protocol-Version=3`,
    port,
    edge,
    handler,
    media,
    logged,
    async close() {
      await edge.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
