/**
 * G.711 (ITU-T G.711): 8 bits a sample, mu-law (PCMU) and A-law (PCMA), both ways by table.
 *
 * ```text
 * code  s eee mmmm     s sign, e segment, m mantissa; mu-law inverts all bits, A-law every second one
 * ```
 *
 * Linear samples use the 16-bit range: mu-law reaches 32124, A-law 32256. No code decodes to -32768.
 */

/** The two codecs by their RTP payload names (RFC 3551 sections 4.5.14). */
export type G711Name = 'PCMU' | 'PCMA';

/** One of the two codecs: its tables and its code for digital silence. */
export interface G711 {
  name: G711Name;
  /** Static RTP payload type (RFC 3551 table 4). */
  payloadType: number;
  /** The code of the sample nearest zero. */
  silence: number;
  /** 256 samples, by code. */
  toLinear: Int16Array;
  /** 32768 codes, by `(sample >> 1) + 16384`: both laws decide at even samples only, and half a table stays in the cache. */
  fromLinear: Uint8Array;
}

const MU_BIAS = 0x84;
/** Where sample 0 lies in `fromLinear`. */
const CENTRE = 16_384;
const TABLE_MASK = 2 * CENTRE - 1;

function muToLinear(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + MU_BIAS) << ((bits >> 4) & 7)) - MU_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

function aToLinear(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** The nearest code for each pair of samples, even and odd: both decoders are monotonic in each sign, so one walk does. */
function nearestCodes(toLinear: Int16Array, silence: number): Uint8Array {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  // Two codes may mean zero (mu-law has +0 and -0): the silence code is kept.
  const distinct = codes
    .filter((code) => toLinear[code] !== toLinear[silence] || code === silence)
    .sort((a, b) => toLinear[a]! - toLinear[b]!);
  const table = new Uint8Array(2 * CENTRE);
  let at = 0;
  for (let sample = -32_768; sample <= 32_767; sample += 2) {
    while (at + 1 < distinct.length && isNearer(toLinear, distinct[at + 1]!, distinct[at]!, sample)) at++;
    table[(sample >> 1) + CENTRE] = distinct[at]!;
  }
  return table;
}

function isNearer(toLinear: Int16Array, next: number, current: number, sample: number): boolean {
  return Math.abs(toLinear[next]! - sample) <= Math.abs(toLinear[current]! - sample);
}

function createG711(name: G711Name, payloadType: number, silence: number, decode: (code: number) => number) {
  const toLinear = Int16Array.from({ length: 256 }, (_, code) => decode(code));
  return { name, payloadType, silence, toLinear, fromLinear: nearestCodes(toLinear, silence) };
}

/** mu-law. */
export const PCMU: G711 = createG711('PCMU', 0, 0xff, muToLinear);
/** A-law. */
export const PCMA: G711 = createG711('PCMA', 8, 0xd5, aToLinear);

/** The codec of that name. */
export function g711(name: G711Name): G711 {
  return name === 'PCMU' ? PCMU : PCMA;
}

/** Decodes `count` codes from `codes[from]` on into `samples[at]` on. The caller sees to the room. */
export function decodeG711(
  codec: G711,
  codes: Uint8Array,
  from: number,
  count: number,
  samples: Int16Array,
  at = 0,
): void {
  const table = codec.toLinear;
  for (let i = 0; i < count; i++) samples[at + i] = table[codes[from + i]!]!;
}

/** Encodes `count` samples from `samples[from]` on into `codes[at]` on. The caller sees to the room. */
export function encodeG711(
  codec: G711,
  samples: Int16Array,
  from: number,
  count: number,
  codes: Uint8Array,
  at = 0,
): void {
  const table = codec.fromLinear;
  for (let i = 0; i < count; i++) codes[at + i] = table[(samples[from + i]! >> 1) + CENTRE]!;
}

/**
 * `encode(sum - own)` into `codes[at]` on, in one go: what one party hears, as it goes on the wire.
 * @returns whether all of it fits into 16 bits; otherwise the codes are of no use.
 */
export function encodeWithout(
  codec: G711,
  sum: Int32Array,
  own: Int16Array,
  codes: Uint8Array,
  at: number,
): boolean {
  const table = codec.fromLinear;
  const length = own.length;
  let beyond = 0;
  for (let i = 0; i < length; i++) {
    const value = sum[i]! - own[i]!;
    // Zero within 16 bits, whatever the sign.
    beyond |= (value ^ (value >> 31)) >> 15;
    codes[at + i] = table[((value >> 1) + CENTRE) & TABLE_MASK]!;
  }
  return beyond === 0;
}
