import type { Band } from '#conference';
import type { LegKind, LocalMedia, MediaEvents, RemoteMedia } from '../media-edge.ts';
import { MediaHost } from '../media-host.ts';
import type { SocketPair } from '../port-pool.ts';
import type { PacketReceiver, PacketTransport } from '../transport/packet-transport.ts';
import { PacketListener, Singer } from './voices.ts';

const WEB_RTC = { iceUfrag: 'ufrag', fingerprints: [] };

/** A leg's far end without a network: packets arrive in both directions at once. */
export class StagedFarEnd implements PacketTransport {
  readonly local: LocalMedia = { address: '127.0.0.1', rtpPort: 4000, rtcpPort: 4001 };
  readonly receiver: PacketReceiver;
  readonly reports: Uint8Array[] = [];
  listener: PacketListener;
  singer: Singer | undefined;
  ready: boolean;
  closed = false;
  remote: RemoteMedia | undefined;

  constructor(ready: boolean, receiver: PacketReceiver, band: Band) {
    this.ready = ready;
    this.receiver = receiver;
    this.listener = new PacketListener(band, 'PCMU');
  }

  connect(remote: RemoteMedia): void {
    if (remote.codec !== this.listener.codec)
      this.listener = new PacketListener(this.listener.band, remote.codec);
    this.remote = remote;
  }

  sendRtp(packet: Uint8Array): void {
    if (this.ready) this.listener.hear(packet);
  }

  sendRtcp(packet: Uint8Array): void {
    this.reports.push(Uint8Array.from(packet));
  }

  close(): void {
    this.closed = true;
  }

  /** Reports that ICE and DTLS are done. */
  up(): void {
    this.ready = true;
    this.receiver.onUp();
  }

  /** Sends a packet to the leg. */
  send(packet: Uint8Array): void {
    this.receiver.onRtp(Buffer.from(packet));
  }

  /** Sings a tone from now on, a packet for each frame; 0 ends it. */
  sing(hz: number, codec = this.remote?.codec ?? 'PCMU'): void {
    this.singer = hz > 0 ? new Singer(hz, codec, this.remote?.payloadType ?? 0) : undefined;
  }
}

/** For tests: a media host whose clock the test moves, with far ends that need no network. */
export class StagedHost {
  readonly log: string[] = [];
  readonly host: MediaHost;
  readonly farEnds = new Map<string, StagedFarEnd>();
  nowMs = 1_000;
  refused = 0;
  #band: Band = 'narrow';

  constructor(listen: Partial<MediaEvents> = {}) {
    const note = (line: string) => void this.log.push(line);
    this.host = new MediaHost(
      {
        ...{ address: '127.0.0.1', firstPort: 0, lastPort: 0, mediaLostAfterMs: 5_000 },
        bell: new Int32Array(1),
      },
      {
        take: async () => ({ rtpPort: 4000 }) as SocketPair,
        takeOffered: (rtpPort) => ({ rtpPort }) as SocketPair,
        give() {},
        close: async () => {},
      },
      (transport, _pair, receiver) => this.#open(transport === 'rtp', receiver),
      {
        onDigit: (legId, digit) => note(`${legId} pressed ${digit}`),
        onKeysTwice: (legId, ways) => note(`${legId} presses by ${ways.join(' and ')}`),
        onPlaybackFinished: (legId, playId) => note(`${legId} heard ${playId}`),
        onSpeaking: (_, attendeeIds) => note(`speaking: ${attendeeIds.join(' ')}`),
        onLevels: (meetingId, levels) => listen.onLevels?.(meetingId, levels),
        onSound: (legs) => listen.onSound?.(legs),
        onTransportUp: (legId) => note(`${legId} up`),
        onTransportDown: (legId, reason) => note(`${legId} down: ${reason}`),
        onRecorded: (recordingId, samples, last) => listen.onRecorded?.(recordingId, samples, last),
        onSilence: (recordingId) => note(`silence in ${recordingId}`),
        onMediaLost: (legId) => note(`${legId} lost`),
        onRefused: () => {
          this.refused++;
        },
      },
      () => this.nowMs,
    );
  }

  /** Opens and connects a leg; a browser's transport is up at once unless `down`. */
  async leg(
    legId: string,
    kind: LegKind,
    changes: Partial<RemoteMedia> = {},
    down = false,
  ): Promise<StagedFarEnd> {
    this.#band = kind.band;
    await this.host.openLeg(legId, kind);
    const farEnd = this.farEnds.get('')!;
    this.farEnds.delete('');
    this.farEnds.set(legId, farEnd);
    this.connect(legId, kind, changes);
    if (kind.transport === 'webrtc' && !down) farEnd.up();
    return farEnd;
  }

  connect(legId: string, kind: LegKind, changes: Partial<RemoteMedia> = {}): void {
    const codec = changes.codec ?? (kind.band === 'full' ? 'opus' : 'PCMU');
    this.host.connectLeg(legId, {
      ...{ address: '127.0.0.1', rtpPort: 5000, rtcpPort: 5000 },
      ...{ codec, payloadType: codec === 'opus' ? 111 : 0, dtmfPayloadType: 126, direction: 'sendrecv' },
      ...(kind.transport === 'webrtc' ? { webRtc: WEB_RTC } : {}),
      ...changes,
    });
  }

  /** Lets that much time pass and does everything that is due in it. */
  run(ms: number): void {
    const { clock } = this.host;
    const end = this.nowMs + ms;
    while (clock.dueMs <= end) {
      this.nowMs = clock.dueMs;
      if (clock.slot === 0) for (const farEnd of this.farEnds.values()) this.#singFrame(farEnd);
      this.host.flush();
      this.host.tick();
      clock.advance();
    }
    this.nowMs = end;
  }

  #singFrame(farEnd: StagedFarEnd): void {
    if (farEnd.singer && farEnd.ready && !farEnd.closed) farEnd.send(farEnd.singer.next());
  }

  #open(ready: boolean, receiver: PacketReceiver): StagedFarEnd {
    const farEnd = new StagedFarEnd(ready, receiver, this.#band);
    this.farEnds.set('', farEnd);
    return farEnd;
  }
}
