import type { Attribute, Direction, SdpLine } from './session-description.ts';
import type { Format } from './web-rtc-codecs.ts';

/** What a video section is answered with. Both carry VP8, one stream. */
export type VideoUse =
  /** The far end sends; it is asked to keep to so much. */
  | { readonly kind: 'receive'; readonly maxKbps: number }
  /** We send. `streamId`: names the stream and its track (`a=msid`, RFC 8830). */
  | { readonly kind: 'send'; readonly ssrc: number; readonly cname: string; readonly streamId: string };

/** By the sections' mids. Sections that are not in it carry nothing. */
export type VideoUses = ReadonlyMap<string, VideoUse>;

/** What a receiver may tell: RFC 4585 (`nack pli`), RFC 5104 (`ccm fir`). */
const KEY_FRAME_REQUESTS = ['ccm fir', 'nack pli'];
/** Of what we receive the sender is also told its bit rate (draft-alvestrand-rmcat-remb-03). */
const WE_TELL = [...KEY_FRAME_REQUESTS, 'goog-remb'];
/** Of what we send the receiver may also say that packets are missing. */
const WE_ARE_TOLD = [...KEY_FRAME_REQUESTS, 'nack'];

/** The direction that answers the offer for that use; undefined when the offer does not allow it. */
export function videoDirection({ kind }: VideoUse, offered: Direction): 'sendonly' | 'recvonly' | undefined {
  if (kind === 'receive') return offered === 'sendrecv' || offered === 'sendonly' ? 'recvonly' : undefined;
  return offered === 'sendrecv' || offered === 'recvonly' ? 'sendonly' : undefined;
}

/** RFC 8866 section 5.8: kbit/s of the whole section. */
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
