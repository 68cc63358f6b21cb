import type { RemoteInfo } from 'node:dgram';
import { isIP } from 'node:net';
import { g711 } from '#audio';
import type { Attendee, Meeting } from '#conference';
import { systemClock, systemIds } from '#platform';
import { looksLikeRtcp } from '#rtp';
import { LegReceiver } from './leg-receiver.ts';
import { LegSender } from './leg-sender.ts';
import type { RemoteMedia } from './media-edge.ts';
import { Player, type PlayRequest } from './player.ts';
import type { SocketPair } from './port-pool.ts';
import { RtcpSender } from './rtcp-sender.ts';

/** What a leg tells the media thread. */
export interface LegEvents {
  onDigit(callId: string, digit: string): void;
  onPlaybackFinished(callId: string, playId: string): void;
  onMediaLost(callId: string, silentMs: number): void;
  onRefused(): void;
}

export interface LegOptions {
  callId: string;
  pair: SocketPair;
  /** The slot of the frame clock in which its packets go out. */
  slot: number;
  nowMs(): number;
  mediaLostAfterMs: number;
  events: LegEvents;
}

/** One caller's sound: its sockets, what comes in and what goes out. */
export class Leg {
  readonly callId: string;
  readonly pair: SocketPair;
  readonly slot: number;
  readonly receiver = new LegReceiver();
  /** The meeting that the leg is in, and as whom. */
  seat: { meeting: Meeting; attendee: Attendee } | undefined;

  readonly #options: LegOptions;
  readonly #sender: LegSender;
  readonly #player = new Player();
  readonly #rtcp: RtcpSender;
  readonly #sources: { player: Player; mix: Attendee['heard'] | undefined; mixFrame: number };
  #remote: RemoteMedia | undefined;
  #sendable = false;
  #reachAddress = '';
  #reachPort = 0;
  #reachable = false;
  /** The cycle of the next frame. One above the clock's while a frame was sent ahead. */
  #nextCycle = 0;
  /** A change that could not go out at once, because a frame is ahead already. */
  #urgent = false;
  #lossReported = false;
  #closed = false;

  constructor(options: LegOptions) {
    this.#options = options;
    this.callId = options.callId;
    this.pair = options.pair;
    this.slot = options.slot;
    this.#sender = new LegSender({
      ssrc: systemIds.integer(2 ** 32),
      sequenceNumber: systemIds.integer(2 ** 15),
      timestamp: systemIds.integer(2 ** 32),
    });
    this.#sources = { player: this.#player, mix: undefined, mixFrame: 0 };
    const chance = () => systemIds.integer(1_000) / 1_000;
    this.#rtcp = new RtcpSender(systemIds.hex(8), options.nowMs(), chance);
    this.pair.rtp.on('message', (bytes, from) => this.#receive(bytes, from));
    this.pair.rtcp.on('message', (bytes, from) => this.#receiveReport(bytes, from));
  }

  get connected(): boolean {
    return this.#remote !== undefined;
  }

  /** Sets or changes the far end. `nextCycle` is the clock's next one for the leg's slot. */
  connect(remote: RemoteMedia, nextCycle: number): void {
    if (!this.#remote) {
      this.#nextCycle = nextCycle;
      this.receiver.heardAtMs = this.#options.nowMs();
    }
    this.#remote = remote;
    const codec = g711(remote.codec);
    this.receiver.codec = codec;
    this.receiver.payloadType = remote.payloadType;
    this.receiver.keyPayloadType = remote.dtmfPayloadType ?? -1;
    this.receiver.latch.negotiate(remote.address, remote.rtpPort);
    this.#sender.setCodec(codec, remote.payloadType);
    this.#sendable = remote.direction === 'sendrecv' || remote.direction === 'sendonly';
    if (!this.#sendable) this.#sender.pause();
    this.#lossReported = false;
  }

  play(request: PlayRequest, clockCycle: number): void {
    this.#player.start(request);
    this.#changed(clockCycle);
  }

  /** Stops that request. Whether it was playing; the change is to be heard with `flush`. */
  stop(playId: string): boolean {
    if (this.#player.playId !== playId) return false;
    this.#player.stop();
    return true;
  }

  /** Lets a change be heard now: the next frame leaves ahead of its slot, at most one frame ahead. */
  flush(clockCycle: number): void {
    this.#changed(clockCycle);
  }

  /** The leg's slot of that cycle has come. */
  tick(cycle: number, nowMs: number): void {
    if (!this.#remote) return;
    if (this.#nextCycle < cycle) this.#nextCycle = cycle;
    const ahead = this.#nextCycle > cycle;
    if (!ahead || this.#urgent) this.#send();
    if (this.#rtcp.isDue(nowMs)) this.#sendReport(nowMs, false);
    this.#watch(nowMs);
  }

  /** Says goodbye and forgets the leg; the sockets are the caller's. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#remote && this.#sender.packets > 0) this.#sendReport(this.#options.nowMs(), true);
    this.pair.rtp.removeAllListeners('message');
    this.pair.rtcp.removeAllListeners('message');
  }

  #changed(clockCycle: number): void {
    if (!this.#remote) return;
    if (this.#nextCycle > clockCycle) this.#urgent = true;
    else this.#send();
  }

  #send(): void {
    const cycle = this.#nextCycle++;
    const { latch } = this.receiver;
    this.#urgent = false;
    this.#sources.mix = this.seat?.attendee.heard;
    this.#sources.mixFrame = this.seat?.meeting.frames ?? 0;
    const packet = this.#sender.next(cycle, this.#sources);
    if (this.#sendable && this.#mayReach(latch.address, latch.port)) {
      this.pair.rtp.send(packet, latch.port, latch.address);
    } else {
      // What plays goes on unheard, so that nobody waits for its end for ever.
      this.#sender.unsend();
    }
    if (!this.#player.exhausted) return;
    const playId = this.#player.playId ?? '';
    this.#player.stop();
    this.#options.events.onPlaybackFinished(this.callId, playId);
  }

  /** `isSendable`, asked again only when the far end changes. */
  #mayReach(address: string, port: number): boolean {
    if (address !== this.#reachAddress || port !== this.#reachPort) {
      this.#reachAddress = address;
      this.#reachPort = port;
      this.#reachable = isSendable(address, port);
    }
    return this.#reachable;
  }

  #sendReport(nowMs: number, last: boolean): void {
    const { latch, reception } = this.receiver;
    const remote = this.#remote;
    if (!remote) return;
    const mux = remote.rtcpPort === remote.rtpPort;
    const port = mux ? latch.port : this.receiver.rtcpPort || (latch.latched ? 0 : remote.rtcpPort);
    if (!isSendable(latch.address, port)) return;
    const { ssrc, packets, bytes } = this.#sender;
    const sent = { ssrc, packets, bytes, timestamp: this.#sender.timestampOf(this.#nextCycle) };
    const compound = this.#rtcp.compound(sent, reception, nowMs, systemClock.now(), last);
    // A callback, because the goodbye is still on its way when the socket is closed.
    (mux ? this.pair.rtp : this.pair.rtcp).send(compound, port, latch.address, () => {});
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    if (looksLikeRtcp(bytes)) {
      this.#receiveReport(bytes, from);
      return;
    }
    const keys = this.#remote && this.receiver.rtp(bytes, from.address, from.port, this.#options.nowMs());
    if (keys === undefined) this.#options.events.onRefused();
    else if (keys !== '') for (const key of keys) this.#options.events.onDigit(this.callId, key);
  }

  #receiveReport(bytes: Uint8Array, from: RemoteInfo): void {
    const good = this.#remote && this.receiver.rtcp(bytes, from.address, from.port, this.#options.nowMs());
    if (!good) this.#options.events.onRefused();
  }

  #watch(nowMs: number): void {
    const direction = this.#remote?.direction;
    if (direction !== 'sendrecv' && direction !== 'recvonly') return;
    const silentMs = nowMs - this.receiver.heardAtMs;
    if (silentMs < this.#options.mediaLostAfterMs) {
      this.#lossReported = false;
    } else if (!this.#lossReported) {
      this.#lossReported = true;
      this.#options.events.onMediaLost(this.callId, Math.round(silentMs));
    }
  }
}

/** An address that packets can go to: not a name, not the old form of hold (0.0.0.0), not port 0. */
function isSendable(address: string, port: number): boolean {
  return port > 0 && port < 65_536 && address !== '0.0.0.0' && address !== '::' && isIP(address) !== 0;
}
