/**
 * G.711 (ITU-T G.711): 8 bits per sample, mu-law (PCMU) and A-law (PCMA). Both directions use tables.
 *
 * ```text
 * code  s eee mmmm     s sign, e segment, m mantissa; mu-law inverts all bits, A-law every second one
 * ```
 *
 * Linear samples use the 16-bit range: mu-law reaches 32124, A-law 32256. No code decodes to -32768.
 */

/** The two codecs by their RTP payload names (RFC 3551 section 4.5.14). */
export type G711Name = 'PCMU' | 'PCMA';

/** One of the two codecs: its tables and its code for digital silence. */
export interface G711 {
  name: G711Name;
  /** Static RTP payload type (RFC 3551 table 4). */
  payloadType: number;
  /** The code of the sample nearest zero. */
  silence: number;
  /** The 256 decoded samples, indexed by code. */
  toLinear: Int16Array;
  /**
   * The 32768 codes, indexed by `(sample >> 1) + 16384`: both laws decide at even samples only, and half a
   * table fits the cache.
   */
  fromLinear: Uint8Array;
}

const MU_BIAS = 0x84;
/** The index of sample 0 in `fromLinear`. */
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

/**
 * The nearest code for each pair of samples, even and odd. One pass is enough: both decoders are monotonic in
 * each sign.
 */
function nearestCodes(toLinear: Int16Array, silence: number): Uint8Array {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  // Two codes may mean zero (mu-law has +0 and -0): the silence code is the one kept.
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

/** The mu-law codec. */
export const PCMU: G711 = createG711('PCMU', 0, 0xff, muToLinear);
/** The A-law codec. */
export const PCMA: G711 = createG711('PCMA', 8, 0xd5, aToLinear);

/** The codec with this name. */
export function g711(name: G711Name): G711 {
  return name === 'PCMU' ? PCMU : PCMA;
}

/**
 * Decodes `count` codes from `codes[from]` on into `samples[at]` on. The caller ensures that the arrays are
 * long enough.
 */
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

/**
 * Encodes `count` samples from `samples[from]` on into `codes[at]` on. The caller ensures that the arrays are
 * long enough.
 */
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
 * Encodes `sum - own` into `codes[at]` on in one pass: what one party hears, as it is sent on the wire.
 * @returns whether every sample fits into 16 bits; if not, the codes are unusable.
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
    // The term is zero for every value within 16 bits, whatever its sign.
    beyond |= (value ^ (value >> 31)) >> 15;
    codes[at + i] = table[((value >> 1) + CENTRE) & TABLE_MASK]!;
  }
  return beyond === 0;
}
