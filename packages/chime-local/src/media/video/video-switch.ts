import { systemIds, TokenBucket } from '#platform';
import { createRtpHeader, readRtcp, readRtpHeader, type SenderReport, writeRtcp } from '#rtp';
import type { LegVideo } from '../media-edge.ts';
import { wantedKeyFrames } from './feedback.ts';
import { ForwardedStream } from './forwarded-stream.ts';
import { VIDEO_LIMITS } from './limits.ts';
import { VideoSender } from './video-sender.ts';

/** A leg that video can be sent to. Nothing happens while it is not connected. */
export interface VideoWay {
  sendVideo(packet: Uint8Array): void;
  sendVideoReport(compound: Uint8Array): void;
}

/** Takes what a leg receives. */
export interface VideoTap {
  /** Whether the packet was video. */
  rtp(packet: Uint8Array): boolean;
  /** Takes a compound packet and processes the parts that concern video. */
  rtcp(compound: Uint8Array): void;
}

interface Forward {
  fromLegId: string;
  to: VideoWay;
  stream: ForwardedStream;
}

interface End {
  way: VideoWay;
  sender: VideoSender | undefined;
  receives: Forward[];
}

/** Scratch space for the one packet that is being read. */
const header = createRtpHeader();

/**
 * Knows which leg gets whose video. Packets are accepted when they arrive and forwarded in the pauses of the
 * frame clock, once all sound of the slot has been sent; nothing is decoded.
 */
export class VideoSwitch {
  /** Packets sent to receivers so far. */
  forwarded = 0;
  /** Packets so far that were not forwarded to a receiver because there were too many. */
  dropped = 0;
  readonly #nowMs: () => number;
  readonly #ends = new Map<string, End>();
  /** The forwards of each leg's video, by the id of the sending leg. */
  readonly #forwards = new Map<string, Set<Forward>>();
  #waiting: { fromLegId: string; packet: Uint8Array }[] = [];
  readonly #budget = new TokenBucket(VIDEO_LIMITS.forwardedPerSecond, VIDEO_LIMITS.forwardedBurst);

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Sets what a leg sends and receives from now on. Streams that it already receives continue if they stay
   * the same.
   */
  set(legId: string, way: VideoWay, video: LegVideo): VideoTap {
    const before = this.#ends.get(legId);
    const end: End = { way, sender: sameSender(before?.sender, video), receives: [] };
    this.#ends.set(legId, end);
    for (const { fromLegId, ssrc, payloadType } of video.receives) {
      const known = before?.receives.find(
        (one) =>
          one.fromLegId === fromLegId && one.stream.ssrc === ssrc && one.stream.payloadType === payloadType,
      );
      const forward = known ?? { fromLegId, to: way, stream: createStream(ssrc, payloadType) };
      end.receives.push(forward);
      if (!known) this.#add(forward);
    }
    for (const forward of before?.receives ?? []) if (!end.receives.includes(forward)) this.#delete(forward);
    return {
      rtp: (packet) => this.#take(legId, packet),
      rtcp: (compound) => this.#hear(legId, compound),
    };
  }

  /** To be called when the leg is closed. */
  remove(legId: string): void {
    for (const forward of this.#ends.get(legId)?.receives ?? []) this.#delete(forward);
    this.#ends.delete(legId);
  }

  /** To be called in each pause: forwards waiting packets and sends due feedback. */
  spend(): void {
    if (this.#ends.size === 0) return;
    const startMs = this.#nowMs();
    const until = startMs + VIDEO_LIMITS.spentMs;
    let sent = 0;
    while (sent < this.#waiting.length) {
      const { fromLegId, packet } = this.#waiting[sent++]!;
      this.#forward(fromLegId, packet, startMs);
      if (this.#nowMs() >= until) break;
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
    for (const { way, sender } of this.#ends.values())
      if (sender) for (const message of sender.due(startMs)) way.sendVideoReport(message);
  }

  #take(legId: string, packet: Uint8Array): boolean {
    const sender = this.#ends.get(legId)?.sender;
    if (!sender || packet.length < 2 || (packet[1]! & 0x7f) !== sender.payloadType) return false;
    if (readRtpHeader(packet, header)) return false;
    // A packet without payload only probes the network's capacity.
    if (header.payloadEnd === header.payloadStart) return true;
    if (this.#waiting.length >= VIDEO_LIMITS.waiting || !sender.take(header, packet.length, this.#nowMs()))
      this.dropped++;
    else this.#waiting.push({ fromLegId: legId, packet });
    return true;
  }

  #forward(fromLegId: string, packet: Uint8Array, nowMs: number): void {
    const forwards = this.#forwards.get(fromLegId);
    if (!forwards || readRtpHeader(packet, header)) return;
    for (const { to, stream } of forwards) {
      if (this.#budget.take(nowMs)) {
        to.sendVideo(stream.rewrite(packet, header, nowMs));
        this.forwarded++;
      } else {
        this.dropped++;
      }
    }
  }

  #hear(legId: string, compound: Uint8Array): void {
    const end = this.#ends.get(legId);
    if (!end) return;
    for (const ssrc of end.receives.length > 0 ? wantedKeyFrames(compound) : []) {
      const forward = end.receives.find(({ stream }) => stream.ssrc === ssrc);
      if (forward) this.#ends.get(forward.fromLegId)?.sender?.wantKeyFrame();
    }
    const reading = end.sender ? readRtcp(compound, true) : undefined;
    if (!reading || 'fault' in reading) return;
    for (const report of reading.packets)
      if (report.kind === 'sender-report') this.#relay(legId, end.sender!, report);
  }

  #relay(legId: string, sender: VideoSender, report: SenderReport): void {
    sender.noteReport(report, this.#nowMs());
    for (const { to, stream } of this.#forwards.get(legId) ?? []) {
      const ours = stream.report(report);
      if (ours) to.sendVideoReport(writeRtcp([ours]));
    }
  }

  #add(forward: Forward): void {
    const forwards = this.#forwards.get(forward.fromLegId) ?? new Set();
    this.#forwards.set(forward.fromLegId, forwards.add(forward));
    this.#ends.get(forward.fromLegId)?.sender?.wantKeyFrame();
  }

  #delete(forward: Forward): void {
    const forwards = this.#forwards.get(forward.fromLegId);
    forwards?.delete(forward);
    if (forwards?.size === 0) this.#forwards.delete(forward.fromLegId);
  }
}

function sameSender(before: VideoSender | undefined, { sends }: LegVideo): VideoSender | undefined {
  if (!sends) return undefined;
  if (before?.payloadType === sends.payloadType && before.maxKbps === sends.maxKbps) return before;
  return new VideoSender(systemIds.integer(2 ** 32), sends);
}

function createStream(ssrc: number, payloadType: number): ForwardedStream {
  const sequenceNumber = systemIds.integer(2 ** 15);
  return new ForwardedStream({ ssrc, payloadType, sequenceNumber, timestamp: systemIds.integer(2 ** 32) });
}
