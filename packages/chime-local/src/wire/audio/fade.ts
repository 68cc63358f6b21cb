/**
 * Fades and cross-fades that change the loudness, or switch sounds, without a click. The curves are raised
 * cosines.
 */

const curves = new Map<number, Float32Array>();

/**
 * A rise from just above 0 to just below 1 in `length` samples: `sin^2`, so that a rise and its mirror image
 * sum to 1.
 */
export function riseCurve(length: number): Float32Array {
  let curve = curves.get(length);
  if (!curve) {
    curve = Float32Array.from({ length }, (_, i) => Math.sin((Math.PI / 2) * ((i + 0.5) / length)) ** 2);
    curves.set(length, curve);
  }
  return curve;
}

/** Fades in `length` samples in place, starting at `at`. */
export function fadeIn(samples: Int16Array, at: number, length: number): void {
  const curve = riseCurve(length);
  const end = Math.min(length, samples.length - at);
  for (let i = 0; i < end; i++) samples[at + i] = Math.round(samples[at + i]! * curve[i]!);
}

/**
 * Fades out `length` samples in place, starting at `at`; everything after them in `samples` becomes silence.
 */
export function fadeOut(samples: Int16Array, at: number, length: number): void {
  const curve = riseCurve(length);
  const end = Math.min(length, samples.length - at);
  for (let i = 0; i < end; i++) samples[at + i] = Math.round(samples[at + i]! * curve[length - 1 - i]!);
  samples.fill(0, at + end);
}

/**
 * Fades from `before` to `after` over `length` samples; the result is written to `after`, starting at `at`.
 * `before[i]` is the old sound at the same instant as `after[at + i]`.
 */
export function crossFade(before: Int16Array, after: Int16Array, length: number, at = 0): void {
  const curve = riseCurve(length);
  for (let i = 0; i < length; i++) {
    const rise = curve[i]!;
    after[at + i] = Math.round(before[i]! * (1 - rise) + after[at + i]! * rise);
  }
}

/**
 * Like `crossFade`, but the new sound reaches full strength after `rise` samples while the old one is still
 * fading, so that the first syllable of a prompt is not softened.
 */
export function overlap(before: Int16Array, after: Int16Array, length: number, rise: number, at = 0): void {
  const fall = riseCurve(length);
  const climb = riseCurve(rise);
  for (let i = 0; i < length; i++) {
    const strength = i < rise ? climb[i]! : 1;
    const value = Math.round(before[i]! * (1 - fall[i]!) + after[at + i]! * strength);
    after[at + i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
  }
}
