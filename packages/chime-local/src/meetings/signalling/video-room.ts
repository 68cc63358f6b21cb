import type { OutgoingFrame } from './frame-socket.ts';
import { VIDEO_STREAM_LIMITS } from './limits.ts';
import type { Admission, VideoRights } from './signalling.ts';
import { FRAME, VIDEO, type VideoSource } from './wire/frames.ts';

/** A client as the others' video finds it. */
export interface VideoMember {
  /** Its media leg. */
  readonly legId: string;
  readonly admission: Admission;
  rights: VideoRights;
  /** INDEX: which videos there are. */
  tellSources(frame: OutgoingFrame): void;
}

/** A member's video. */
interface Source {
  member: VideoMember;
  streamId: number;
}

/** Which videos there are in one meeting. Stream ids are larger for each new one. */
export class VideoRoom {
  readonly #members = new Set<VideoMember>();
  /** By stream id. */
  readonly #sources = new Map<number, Source>();
  #lastStreamId = 0;

  get empty(): boolean {
    return this.#members.size === 0;
  }

  /** It is told what there is, and of changes from now on. */
  enter(member: VideoMember): void {
    this.#members.add(member);
    this.tell(member);
  }

  leave(member: VideoMember): void {
    this.#members.delete(member);
    this.withdraw(member);
  }

  /** The stream id of the member's video, which it sends from now on or already. */
  streamOf(member: VideoMember): number {
    const known = this.#find(member);
    if (known) return known.streamId;
    const streamId = ++this.#lastStreamId;
    this.#sources.set(streamId, { member, streamId });
    for (const other of this.#members) if (other !== member) this.tell(other);
    return streamId;
  }

  /** The member sends no video any more. */
  withdraw(member: VideoMember): void {
    const source = this.#find(member);
    if (!source) return;
    this.#sources.delete(source.streamId);
    for (const other of this.#members) if (other !== member) this.tell(other);
  }

  /** The leg that sends that stream; undefined when there is none, or the member may not receive it. */
  legOf(streamId: number, member: VideoMember): string | undefined {
    const source = this.#sources.get(streamId);
    return source && maySee(member, source.member) ? source.member.legId : undefined;
  }

  /** Sends the member an INDEX with what it may receive. */
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

/** What a connection's sender is told to keep to, kbit/s. */
export function kbpsOf({ contentOf }: Admission): number {
  return contentOf === undefined ? VIDEO_STREAM_LIMITS.cameraKbps : VIDEO_STREAM_LIMITS.contentKbps;
}

/** Nobody sees itself, nor the content that it shares. */
function maySee({ admission, rights }: VideoMember, from: VideoMember): boolean {
  const whose = from.admission.contentOf ?? from.admission.attendeeId;
  if (whose === (admission.contentOf ?? admission.attendeeId)) return false;
  return from.admission.contentOf === undefined ? rights.receiveCameras : rights.receiveContent;
}
