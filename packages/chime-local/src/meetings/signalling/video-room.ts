import type { OutgoingFrame } from './frame-socket.ts';
import { VIDEO_STREAM_LIMITS } from './limits.ts';
import type { Admission, VideoRights } from './signalling.ts';
import { FRAME, VIDEO, type VideoSource } from './wire/frames.ts';

/** A client as the video room sees it. */
export interface VideoMember {
  /** Id of the client's media leg. */
  readonly legId: string;
  readonly admission: Admission;
  rights: VideoRights;
  /** Sends an INDEX, which lists the available videos. */
  tellSources(frame: OutgoingFrame): void;
}

/** A member's video. */
interface Source {
  member: VideoMember;
  streamId: number;
}

/** The videos of one meeting. Each new video gets a larger stream id. */
export class VideoRoom {
  readonly #members = new Set<VideoMember>();
  /** The videos by stream id. */
  readonly #sources = new Map<number, Source>();
  #lastStreamId = 0;

  get empty(): boolean {
    return this.#members.size === 0;
  }

  /** Adds a member, which is sent the available videos now and after each change. */
  enter(member: VideoMember): void {
    this.#members.add(member);
    this.tell(member);
  }

  leave(member: VideoMember): void {
    this.#members.delete(member);
    this.withdraw(member);
  }

  /** The stream id of the member's video, which it sends from now on or sends already. */
  streamOf(member: VideoMember): number {
    const known = this.#find(member);
    if (known) return known.streamId;
    const streamId = ++this.#lastStreamId;
    this.#sources.set(streamId, { member, streamId });
    for (const other of this.#members) if (other !== member) this.tell(other);
    return streamId;
  }

  /** To be called when the member no longer sends video. */
  withdraw(member: VideoMember): void {
    const source = this.#find(member);
    if (!source) return;
    this.#sources.delete(source.streamId);
    for (const other of this.#members) if (other !== member) this.tell(other);
  }

  /** The leg that sends that stream; undefined if there is none, or the member may not receive it. */
  legOf(streamId: number, member: VideoMember): string | undefined {
    const source = this.#sources.get(streamId);
    return source && maySee(member, source.member) ? source.member.legId : undefined;
  }

  /** Sends the member an INDEX with the videos that it may receive. */
  tell(member: VideoMember): void {
    const sources: VideoSource[] = [];
    for (const { member: from, streamId } of this.#sources.values()) {
      if (!maySee(member, from)) continue;
      const { attendeeId, externalUserId } = from.admission;
      const kbps = kbpsOf(from.admission);
      const rates = { maxBitrateKbps: kbps, avgBitrateBps: kbps * 1_000 };
      sources.push({ streamId, groupId: streamId, attendeeId, externalUserId, mediaType: VIDEO, ...rates });
    }
    member.tellSources({ type: FRAME.INDEX, index: { atCapacity: false, sources } });
  }

  #find(member: VideoMember): Source | undefined {
    for (const source of this.#sources.values()) if (source.member === member) return source;
    return undefined;
  }
}

/** The bit rate that the connection is told to keep to when sending, kbit/s. */
export function kbpsOf({ contentOf }: Admission): number {
  return contentOf === undefined ? VIDEO_STREAM_LIMITS.cameraKbps : VIDEO_STREAM_LIMITS.contentKbps;
}

/** Whether the member may see that video: nobody sees itself, nor the content that it shares. */
function maySee({ admission, rights }: VideoMember, from: VideoMember): boolean {
  const whose = from.admission.contentOf ?? from.admission.attendeeId;
  if (whose === (admission.contentOf ?? admission.attendeeId)) return false;
  return from.admission.contentOf === undefined ? rights.receiveCameras : rights.receiveContent;
}
