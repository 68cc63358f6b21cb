/** G.711 mu-law, written apart from the product's so that one cannot hide the other's mistake. */
const BIAS = 0x84;
const CLIP = 32_635;

export function encodeUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

const TABLE = Int16Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 7;
  const magnitude = (((inverted & 0x0f) << 3) + BIAS) << exponent;
  return inverted & 0x80 ? BIAS - magnitude : magnitude - BIAS;
});

export function decodeUlaw(payload: Uint8Array): Int16Array {
  return Int16Array.from(payload, (code) => TABLE[code] as number);
}
