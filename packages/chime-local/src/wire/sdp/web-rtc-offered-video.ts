import {
  type Direction,
  directionOf,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';
import { type Format, idleFormat } from './web-rtc-codecs.ts';
import { isDtlsRtp, isRefused, midOf } from './web-rtc-sections.ts';

/** A video section of an offer. */
export interface OfferedVideo {
  mid: string | undefined;
  /** The direction from the offerer's point of view. */
  direction: Direction;
  /** The payload type of VP8 (RFC 7741); absent if the section cannot carry VP8. */
  vp8?: number;
}

const VP8 = /^vp8\/90000$/i;

/**
 * All video sections in the order of the offer, including refused ones. `bundle` contains the sections that
 * share audio's transport.
 */
export function offeredVideo(offer: SessionDescription, bundle: readonly MediaDescription[]): OfferedVideo[] {
  return offer.media
    .filter(({ type }) => type === 'video')
    .map((media) => {
      const format = bundle.includes(media) ? vp8Of(offer, media) : undefined;
      const common = { mid: midOf(media), direction: directionOf(offer, media) };
      return format ? { ...common, vp8: format.payloadType } : common;
    });
}

/** The VP8 format of a section that can carry it. */
export function vp8Of(offer: SessionDescription, media: MediaDescription): Format | undefined {
  if (media.type !== 'video' || isRefused(media) || !isDtlsRtp(offer, media)) return undefined;
  if (!hasAttribute(media.attributes, 'rtcp-mux') || midOf(media) === undefined) return undefined;
  const format = idleFormat(media);
  return format?.rtpmap !== undefined && VP8.test(format.rtpmap) ? format : undefined;
}
