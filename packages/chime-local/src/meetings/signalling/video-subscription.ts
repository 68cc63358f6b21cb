import type { LegVideo, VideoMedia } from '#media-edge';
import type { Ids } from '#platform';
import type { OfferedVideo, VideoUse } from '#sdp';
import { VIDEO_STREAM_LIMITS } from './limits.ts';
import { kbpsOf, type VideoMember, type VideoRoom } from './video-room.ts';
import { DUPLEX, RECEIVE_ONLY, type SignalFrame } from './wire/frames.ts';

/** A video section in which the client receives. */
interface Received {
  mid: string;
  streamId: number;
  ssrc: number;
  payloadType: number;
}

const SSRCS = 2 ** 32;
/** The label of our stream in a section is the section's mid with this prefix: the client relies on it. */
const LABEL_PREFIX = 'v_';

/** What one client sends and receives besides its sound, according to its last subscription. */
export class VideoSubscription {
  readonly #member: VideoMember;
  readonly #room: VideoRoom;
  readonly #media: Pick<VideoMedia, 'setVideo'>;
  readonly #ids: Ids;
  #received: readonly Received[] = [];
  #sentPayloadType: number | undefined;
  #given = 0;
  #used = false;

  constructor(member: VideoMember, room: VideoRoom, media: Pick<VideoMedia, 'setVideo'>, ids: Ids) {
    this.#member = member;
    this.#room = room;
    this.#media = media;
    this.#ids = ids;
  }

  /**
   * Decides what the video sections of an offer are used for. `apply` carries it out when the offer is
   * answered.
   * @param receiveStreamIds the streams that the client wants, one for each video section in order.
   */
  plan(offered: readonly OfferedVideo[], receiveStreamIds: readonly number[]): Map<string, VideoUse> {
    const uses = new Map<string, VideoUse>();
    const received: Received[] = [];
    this.#sentPayloadType = undefined;
    offered.forEach(({ mid, direction, vp8 }, place) => {
      if (mid === undefined || vp8 === undefined) return;
      if (direction === 'sendrecv' || direction === 'sendonly') {
        if (this.#sentPayloadType !== undefined || !this.#member.rights.send) return;
        this.#sentPayloadType = vp8;
        uses.set(mid, { kind: 'receive', maxKbps: kbpsOf(this.#member.admission) });
        return;
      }
      const streamId = receiveStreamIds[place] ?? 0;
      if (direction !== 'recvonly' || received.length >= VIDEO_STREAM_LIMITS.received) return;
      if (this.#room.legOf(streamId, this.#member) === undefined) return;
      const one = this.#receive(mid, streamId, vp8);
      if (!one) return;
      received.push(one);
      const streamName = LABEL_PREFIX + mid;
      uses.set(mid, { kind: 'send', ssrc: one.ssrc, cname: streamName, streamId: streamName });
    });
    this.#received = received;
    return uses;
  }

  /** Starts the planned video, as far as it is permitted now. @returns the video fields of SUBSCRIBE_ACK. */
  apply(): NonNullable<SignalFrame['suback']> {
    const sends = this.#sentPayloadType !== undefined && this.#member.rights.send;
    this.#flow(sends);
    const tracks = this.#received.map(({ mid, streamId, ssrc }) => ({
      ...{ streamId, ssrc },
      trackLabel: LABEL_PREFIX + mid,
    }));
    if (!sends) {
      this.#room.withdraw(this.#member);
      return { duplex: RECEIVE_ONLY, tracks };
    }
    const streamId = this.#room.streamOf(this.#member);
    return { duplex: DUPLEX, tracks, allocations: [{ trackLabel: '', streamId, groupId: streamId }] };
  }

  #flow(sends: boolean): void {
    const flowing = this.#received.flatMap((one) => {
      const fromLegId = this.#room.legOf(one.streamId, this.#member);
      return fromLegId === undefined ? [] : [{ one, fromLegId }];
    });
    // A stream that ends cannot be resumed: nothing new may be sent under its SSRC (RFC 3711 section 3.3.1),
    // so it must be subscribed again.
    this.#received = flowing.map(({ one }) => one);
    const receives = flowing.map(({ one: { ssrc, payloadType }, fromLegId }) => ({
      fromLegId,
      ssrc,
      payloadType,
    }));
    if (!sends && receives.length === 0 && !this.#used) return;
    this.#used = true;
    const video: LegVideo = { receives };
    if (sends && this.#sentPayloadType !== undefined)
      video.sends = { payloadType: this.#sentPayloadType, maxKbps: kbpsOf(this.#member.admission) };
    this.#media.setVideo(this.#member.legId, video);
  }

  /**
   * Creates the stream of a section, or keeps it while it carries the same video.
   * @returns undefined if the connection has had too many.
   */
  #receive(mid: string, streamId: number, payloadType: number): Received | undefined {
    const known = this.#received.find((one) => one.mid === mid && one.streamId === streamId);
    if (known) return { ...known, payloadType };
    if (this.#given >= VIDEO_STREAM_LIMITS.everReceived) return undefined;
    this.#given++;
    return { mid, streamId, ssrc: this.#ids.integer(SSRCS), payloadType };
  }
}
