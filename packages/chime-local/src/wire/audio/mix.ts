/** Adds sounds: sums are kept in 32 bits and limited to 16 bits once, at the end. */

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
export function saturateInto(out: Int16Array, sum: Int32Array): void {
  const length = out.length;
  for (let i = 0; i < length; i++) out[i] = saturate(sum[i]!);
}
