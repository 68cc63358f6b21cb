import { type ReportBlock, writeRtcp } from '#rtp';

/**
 * Feedback about video (RFC 4585 section 6.1):
 *
 * ```text
 * V=2, P, format (5 bits) | type 205 or 206 | length in words, minus one | SSRC of sender | SSRC of media | details
 * ```
 */

const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
/** Feedback of type 205: packets are missing (RFC 4585 section 6.2.1). */
const NACK = 1;
/**
 * Feedback of type 206: a picture is lost (RFC 4585 section 6.3.1), a key frame is requested (RFC 5104
 * section 4.3.1).
 */
const PLI = 1;
const FIR = 4;
/** Feedback of type 206: draft-alvestrand-rmcat-remb-03 section 2.2. */
const APPLICATION_LAYER = 15;
const REMB_NAME = 0x52454d42;
const COMMON_BYTES = 12;
const FIR_ENTRY_BYTES = 8;
/** Size of REMB's mantissa, bits. */
const MANTISSA_BITS = 18;

/**
 * The media SSRCs for which a receiver needs a key frame: it lost a picture, requests a key frame, or misses
 * packets, which are not kept here. Anything else, and malformed feedback, is ignored.
 */
export function wantedKeyFrames(compound: Uint8Array): number[] {
  const view = new DataView(compound.buffer, compound.byteOffset, compound.byteLength);
  const wanted: number[] = [];
  for (let at = 0; at + 4 <= compound.length; ) {
    const format = compound[at]! & 0x1f;
    const type = compound[at + 1]!;
    const end = at + 4 + 4 * view.getUint16(at + 2);
    if (end > compound.length) break;
    const isFeedback = end - at >= COMMON_BYTES;
    if (isFeedback && type === PAYLOAD_FEEDBACK && format === FIR) {
      for (let entry = at + COMMON_BYTES; entry + FIR_ENTRY_BYTES <= end; entry += FIR_ENTRY_BYTES)
        wanted.push(view.getUint32(entry));
    } else if (
      isFeedback &&
      ((type === PAYLOAD_FEEDBACK && format === PLI) || (type === TRANSPORT_FEEDBACK && format === NACK))
    ) {
      wanted.push(view.getUint32(at + 8));
    }
    at = end;
  }
  return wanted;
}

/** A compound packet that asks the sender of `media` for a key frame. */
export function keyFrameRequest(own: number, media: number): Uint8Array {
  return compound(own, [], feedback(PLI, own, media, []));
}

/** A compound packet that reports what was received of `media` and how many bits per second may be sent. */
export function receptionReport(
  own: number,
  media: number,
  block: ReportBlock | undefined,
  bitsPerSecond: number,
): Uint8Array {
  const exponent = Math.max(0, 32 - Math.clz32(bitsPerSecond) - MANTISSA_BITS);
  const rate = (1 << 24) | (exponent << MANTISSA_BITS) | (bitsPerSecond >>> exponent);
  const details = [REMB_NAME, rate >>> 0, media];
  return compound(own, block ? [block] : [], feedback(APPLICATION_LAYER, own, 0, details));
}

function compound(own: number, blocks: ReportBlock[], after: Uint8Array): Uint8Array {
  const report = writeRtcp([{ kind: 'receiver-report', ssrc: own, blocks }]);
  const bytes = new Uint8Array(report.length + after.length);
  bytes.set(report);
  bytes.set(after, report.length);
  return bytes;
}

function feedback(format: number, own: number, media: number, details: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(COMMON_BYTES + 4 * details.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80 | format;
  bytes[1] = PAYLOAD_FEEDBACK;
  view.setUint16(2, bytes.length / 4 - 1);
  view.setUint32(4, own);
  view.setUint32(8, media);
  details.forEach((word, i) => {
    view.setUint32(COMMON_BYTES + 4 * i, word);
  });
  return bytes;
}
