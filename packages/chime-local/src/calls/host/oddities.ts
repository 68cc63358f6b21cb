import type { KeyChannel } from '#media-edge';

/** An oddity of a telephone that works here but may fail elsewhere. */
export type Oddity =
  | { what: 'no telephone-event' }
  | { what: 'offer in multipart' }
  | { what: 'keys twice'; ways: readonly [KeyChannel, KeyChannel] };

/** RFC 4733, RFC 6086, ITU-T Q.23. */
const WAYS: Record<KeyChannel, string> = { events: 'RTP events', signalling: 'SIP INFO', tones: 'tones' };

/** Describes the oddity and its cure in words that follow the telephone's number. */
export function oddityText(oddity: Oddity): string {
  if (oddity.what === 'no telephone-event') {
    return 'offers no telephone-event: its keys are listened for in the sound. Switch RTP events (RFC 4733) on in the phone.';
  }
  if (oddity.what === 'offer in multipart') {
    return 'makes its offer inside a multipart body: it is read here, but others refuse it with 415. Let the phone send application/sdp alone.';
  }
  const [one, other] = oddity.ways.map((way) => WAYS[way]);
  return `sends its keys twice, as ${one} and as ${other}: each is counted once. Switch one of the two off in the phone.`;
}
