/** Adding sounds: sums are kept in 32 bits and limited to 16 once, at the end. */

/** The nearest 16-bit sample. */
export function saturate(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}

/** `sum += samples`. Both have the same length. */
export function addInto(sum: Int32Array, samples: Int16Array): void {
  const length = samples.length;
  for (let i = 0; i < length; i++) sum[i] = sum[i]! + samples[i]!;
}

/** `out = saturate(sum)`. */
export function limitInto(out: Int16Array, sum: Int32Array): void {
  const length = out.length;
  for (let i = 0; i < length; i++) {
    const value = sum[i]!;
    out[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
  }
}

/** `out = saturate(sum - own)`: what one party hears of a sum that holds its own voice. */
export function limitWithout(out: Int16Array, sum: Int32Array, own: Int16Array): void {
  const length = out.length;
  for (let i = 0; i < length; i++) {
    const value = sum[i]! - own[i]!;
    out[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
  }
}
