/**
 * The two bands a voice can be in. Each attendee hears and speaks in one; a meeting sums each band natively
 * and converts whole sums between them, never single voices.
 */

/** `narrow` is the telephone's 8 kHz, `full` the 48 kHz of a meeting client. */
export type Band = 'narrow' | 'full';

/** How sound is divided into frames. */
export interface FrameForm {
  /** Samples per second. */
  sampleRate: number;
  /** Samples in a frame. */
  frameSamples: number;
}

/** Length of a frame in every band, ms: what telephones send and receive. No frame is longer. */
export const FRAME_MS = 20;
/**
 * Length of the frames of a meeting with a browser, ms: a voice then waits less for its frame to be complete.
 */
export const SHORT_FRAME_MS = 10;

/** Length of every fade, ms: long enough not to click, too short to notice. */
const FADE_MS = 5;

/** The form of each band, in frames of the usual length. */
export const FORMS: Readonly<Record<Band, FrameForm>> = {
  narrow: { sampleRate: 8_000, frameSamples: 160 },
  full: { sampleRate: 48_000, frameSamples: 960 },
};

/** Samples in a frame of that length. */
export function frameSamples(band: Band, frameMs: number): number {
  return (frameMs * FORMS[band].sampleRate) / 1000;
}

/** `FADE_MS` in samples. */
export function fadeSamples(band: Band): number {
  return (FADE_MS * FORMS[band].sampleRate) / 1000;
}

/**
 * Converts one stream of sound from one band to the other. It is linear and has a short, constant delay; its
 * memory is shorter than a frame, so that a frame of silence clears it.
 */
export interface BandConverter {
  /** Converts the stream's next frame, of either length: a whole frame in, a whole frame out, limited to 16 bits. */
  convert(from: Int16Array, to: Int16Array): void;
  /** To be called when the stream has ended; nothing else may be called afterwards. */
  close(): void;
}
