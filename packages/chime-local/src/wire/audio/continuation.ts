/**
 * Guesses how a sound continues: the last pitch period is repeated, as in G.711 Appendix I. This conceals
 * lost packets and ends a sound without a click when its next samples are unknown.
 */

/** The longest pitch period that is searched for, in seconds: a deep voice at 66 Hz (G.711 Appendix I). */
const LONGEST_PERIOD_S = 0.015;
/** The shortest period, in seconds: 200 Hz. Higher pitches are found as a multiple of their period. */
const SHORTEST_PERIOD_S = 0.005;
/** The mismatch at the start of a repetition is blended away over this time, in seconds. */
const JOIN_S = 0.0015;
/**
 * At higher rates the period is first searched for at about this rate, Hz: the search costs the rate squared.
 */
const COARSE_RATE = 8_000;

/** The pitch period at the end of `history[..end)` in samples, by normalised correlation. */
export function pitchPeriod(history: Int16Array, end: number, sampleRate: number): number {
  const longest = Math.min(Math.floor(sampleRate * LONGEST_PERIOD_S), end >> 1);
  const shortest = Math.min(Math.floor(sampleRate * SHORTEST_PERIOD_S), longest);
  const factor = Math.floor(sampleRate / COARSE_RATE);
  if (factor <= 1) return bestLag(history, end, shortest, longest, longest);
  const coarse = averaged(history, end, factor, Math.ceil((2 * longest) / factor) + 1);
  const reach = Math.min(Math.floor(longest / factor), coarse.length >> 1);
  const near = factor * bestLag(coarse, coarse.length, Math.floor(shortest / factor), reach, reach);
  const from = Math.max(shortest, near - factor);
  return bestLag(history, end, from, Math.max(from, Math.min(longest, near + factor)), longest);
}

/** The lag from `shortest` to `longest` at which the last `window` samples are most like those before them. */
function bestLag(
  history: Int16Array,
  end: number,
  shortest: number,
  longest: number,
  window: number,
): number {
  const from = end - Math.min(window, end - longest);
  let best = longest;
  let bestScore = Number.NEGATIVE_INFINITY;
  let power = 1;
  for (let i = from - shortest; i < end - shortest; i++) power += history[i]! * history[i]!;
  for (let lag = shortest; lag <= longest; lag++) {
    let product = 0;
    for (let i = from; i < end; i++) product += history[i]! * history[i - lag]!;
    const score = product <= 0 ? product / power : (product * product) / power;
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
    // Slide the window of squares one sample back for the next lag.
    const enters = history[from - lag - 1] ?? 0;
    const leaves = history[end - lag - 1]!;
    power += enters * enters - leaves * leaves;
  }
  return best;
}

/** The last samples of `history[..end)`, averaged in groups of `factor`: at most `most` means. */
function averaged(history: Int16Array, end: number, factor: number, most: number): Int16Array {
  const count = Math.min(most, Math.floor(end / factor));
  const means = new Int16Array(count);
  let at = end - count * factor;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < factor; k++) sum += history[at++]!;
    means[i] = sum / factor;
  }
  return means;
}

/**
 * Writes the likely continuation of `history[..end)` to `out[0..count)`, at unchanged loudness. The first
 * `skip` samples of the continuation are skipped, so that a long one can be made piece by piece.
 * @param period the result of `pitchPeriod` for the same history.
 * @param sampleRate the rate of both history and output, in Hz.
 */
export function continueSound(
  history: Int16Array,
  end: number,
  period: number,
  out: Int16Array,
  count: number,
  skip = 0,
  sampleRate = COARSE_RATE,
): void {
  if (period <= 0 || end < period) {
    out.fill(0, 0, count);
    return;
  }
  const joined = Math.round(JOIN_S * sampleRate);
  const mismatch = end > period ? history[end - 1]! - history[end - 1 - period]! : 0;
  for (let i = 0; i < count; i++) {
    const n = (skip + i) % period;
    const join = n < joined ? mismatch * (1 - (n + 1) / (joined + 1)) : 0;
    const value = Math.round(history[end - period + n]! + join);
    out[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
  }
}
