import type { RecordEntry } from 'pstn-audio/record';

/** Of levels, decibels below full scale: silence. */
export const SILENT = 127;
/** What is softer than this is drawn as silence: it is noise of the line. Decibels below full scale. */
export const AUDIBLE = 60;

/** How loud one direction of a leg was, from the beginning of the record on. */
export interface Wave {
  legId: string;
  direction: 'heard' | 'said';
  /** Milliseconds of each level. */
  everyMs: number;
  /** Decibels below full scale, in order; what is not told is silent. */
  peak: number[];
  mean: number[];
}

/** The waves of a call, the telephones in the order in which they came, what each said before what it heard. */
export function wavesIn(entries: readonly RecordEntry[]): Wave[] {
  const waves = new Map<string, Wave>();
  for (const entry of entries) {
    if (entry.kind !== 'Levels') continue;
    const { legId, everyMs, ms } = entry;
    for (const direction of ['said', 'heard'] as const) {
      const key = `${legId} ${direction}`;
      const wave = waves.get(key) ?? { legId, direction, everyMs, peak: [], mean: [] };
      waves.set(key, wave);
      const levels = entry[direction];
      if (levels && everyMs === wave.everyMs) place(wave, levels, Math.round(ms / everyMs));
    }
  }
  return [...waves.values()];
}

/** Puts levels where they belong: the last one ends before `end`. */
function place(wave: Wave, levels: { peak: readonly number[]; mean: readonly number[] }, end: number): void {
  const begin = end - levels.peak.length;
  levels.peak.forEach((peak, index) => {
    const at = begin + index;
    if (at < 0) return;
    while (wave.peak.length < at) {
      wave.peak.push(SILENT);
      wave.mean.push(SILENT);
    }
    // Two entries may meet in one place, as they are told a little early or late.
    wave.peak[at] = Math.min(peak, wave.peak[at] ?? SILENT);
    wave.mean[at] = Math.min(levels.mean[index] ?? SILENT, wave.mean[at] ?? SILENT);
  });
}

/** A stretch with sound in it, milliseconds since the beginning. */
export interface Stretch {
  beginMs: number;
  endMs: number;
}

/** Pauses that are shorter belong to the sound: those between words. Milliseconds. */
const PAUSE_MS = 1_000;

export function stretchesOf({ peak, everyMs }: Wave): Stretch[] {
  const stretches: Stretch[] = [];
  peak.forEach((level, index) => {
    if (level > AUDIBLE) return;
    const beginMs = index * everyMs;
    const last = stretches.at(-1);
    if (last && beginMs - last.endMs < PAUSE_MS) last.endMs = beginMs + everyMs;
    else stretches.push({ beginMs, endMs: beginMs + everyMs });
  });
  return stretches;
}

/** Stretches that are told one by one. */
const TOLD_STRETCHES = 6;

/** The wave in words, for those who do not see it. `name`: of the telephone. */
export function waveInWords(wave: Wave, name: string): string {
  const stretches = stretchesOf(wave);
  const who = `${name} ${wave.direction}`;
  if (stretches.length === 0) return `${who} nothing`;
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  const told = stretches
    .slice(0, TOLD_STRETCHES)
    .map(({ beginMs, endMs }) => `from ${seconds(beginMs)} to ${seconds(endMs)} s`);
  const more = stretches.length - told.length;
  const loudest = wave.peak.reduce(
    (best, level, index) => (level < (wave.peak[best] ?? SILENT) ? index : best),
    0,
  );
  const most = `loudest ${wave.peak[loudest]} dB below full scale at ${seconds(loudest * wave.everyMs)} s`;
  return `${who} sound ${told.join(', ')}${more > 0 ? ` and ${more} times more` : ''}; ${most}`;
}

/** One upright stroke of a drawing: place and half of its height, both from 0 to 1. */
export interface Stroke {
  at: number;
  height: number;
}

/**
 * The levels as strokes of a drawing, no more than `most` on the whole axis: where several levels share a stroke, the
 * loudest counts.
 *
 * @param lengthMs of the axis
 */
export function strokesOf(
  levels: readonly number[],
  everyMs: number,
  lengthMs: number,
  most: number,
): Stroke[] {
  const places = Math.max(1, Math.min(most, Math.ceil(lengthMs / everyMs)));
  const loudest = new Map<number, number>();
  levels.forEach((level, index) => {
    if (level > AUDIBLE) return;
    const place = Math.min(places - 1, Math.floor(((index * everyMs) / lengthMs) * places));
    loudest.set(place, Math.min(level, loudest.get(place) ?? SILENT));
  });
  return [...loudest].map(([place, level]) => ({
    at: (place + 0.5) / places,
    // Between decibels, which make everything loud, and amplitudes, which hide what is soft.
    height: ((AUDIBLE - level + 1) / (AUDIBLE + 1)) ** 2,
  }));
}
