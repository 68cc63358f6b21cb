import type { Attribute, Direction, SdpLine } from './session-description.ts';
import type { Format } from './web-rtc-codecs.ts';

/** How a video section is answered. Both uses carry one stream of VP8. */
export type VideoUse =
  /** The far end sends, and is asked not to exceed this bit rate. */
  | { readonly kind: 'receive'; readonly maxKbps: number }
  /** We send. `streamId` names the stream and its track (`a=msid`, RFC 8830). */
  | { readonly kind: 'send'; readonly ssrc: number; readonly cname: string; readonly streamId: string };

/** The uses of video sections by mid. Sections that are not listed carry nothing. */
export type VideoUses = ReadonlyMap<string, VideoUse>;

/** Feedback with which a receiver requests a key frame: RFC 4585 (`nack pli`), RFC 5104 (`ccm fir`). */
const KEY_FRAME_REQUESTS = ['ccm fir', 'nack pli'];
/** For video that we receive we also report a bit rate to the sender (draft-alvestrand-rmcat-remb-03). */
const WE_TELL = [...KEY_FRAME_REQUESTS, 'goog-remb'];
/** For video that we send the receiver may also report missing packets. */
const WE_ARE_TOLD = [...KEY_FRAME_REQUESTS, 'nack'];

/** The direction that answers the offer for this use; undefined if the offer does not allow it. */
export function videoDirection({ kind }: VideoUse, offered: Direction): 'sendonly' | 'recvonly' | undefined {
  if (kind === 'receive') return offered === 'sendrecv' || offered === 'sendonly' ? 'recvonly' : undefined;
  return offered === 'sendrecv' || offered === 'recvonly' ? 'sendonly' : undefined;
}

/** The bandwidth limit of the whole section in kbit/s (RFC 8866 section 5.8). */
export function videoLines(use: VideoUse): SdpLine[] {
  return use.kind === 'receive' ? [{ type: 'b', value: `AS:${use.maxKbps}` }] : [];
}

export function videoAttributes(use: VideoUse, formats: readonly Format[]): Attribute[] {
  const told = use.kind === 'receive' ? WE_TELL : WE_ARE_TOLD;
  const attributes: Attribute[] = formats.flatMap(({ payloadType }) =>
    told.map((what) => ({ name: 'rtcp-fb', value: `${payloadType} ${what}` })),
  );
  if (use.kind === 'receive') return attributes;
  const { ssrc, cname, streamId } = use;
  const msid = `${streamId} ${streamId}`;
  attributes.push({ name: 'msid', value: msid });
  attributes.push({ name: 'ssrc', value: `${ssrc} cname:${cname}` });
  attributes.push({ name: 'ssrc', value: `${ssrc} msid:${msid}` });
  return attributes;
}
