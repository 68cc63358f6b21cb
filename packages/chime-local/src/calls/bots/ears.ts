import { TELEPHONE_RATE, writeWav } from '#audio';
import type { MediaEdge } from '#media-edge';
import type { Log } from '#platform';
import type { Recogniser } from './bot.ts';

/** Milliseconds of silence after which a caller has finished speaking. Ours; Lex's default is 640 ms. */
const END_OF_SPEECH_MS = 800;
/** A mean magnitude of 16-bit samples over 20 ms above this is speech. Ours: about -40 dBFS. */
const SPEECH_LEVEL = 300;
/** Number of samples in 20 ms. */
const FRAME = 160;
/** Maximum number of samples in an utterance; the rest is not recognised. Lex V2: 15 s by default. */
const MAX_SAMPLES = 15 * TELEPHONE_RATE;

export interface EarsParts {
  media: Pick<MediaEdge, 'record' | 'stopRecording'>;
  /** Returns the words of a WAV file; empty if there are none. */
  recognise(recogniser: Recogniser, wav: Uint8Array): Promise<string>;
  /** The caller has finished speaking, and recognition begins. */
  onSpoken(legId: string): void;
  onWords(legId: string, words: string): void;
  log: Log;
}

interface Listening {
  readonly id: string;
  readonly legId: string;
  readonly recogniser: Recogniser;
  readonly samples: Int16Array[];
  length: number;
  spoke: boolean;
  /** The caller fell silent after speaking, so the recorded samples are to be recognised. */
  complete: boolean;
}

/** Listens to callers of bots that have a recogniser: records an utterance until it ends and has it recognised. */
export class Ears {
  readonly #parts: EarsParts;
  readonly #byLeg = new Map<string, Listening>();
  readonly #byId = new Map<string, Listening>();
  #next = 1;

  constructor(parts: EarsParts) {
    this.#parts = parts;
  }

  /** Starts a new recording; one in progress is discarded. */
  listen(legId: string, recogniser: Recogniser): void {
    this.stop(legId);
    const id = `bot ${legId} ${this.#next++}`;
    const listening = { id, legId, recogniser, samples: [], length: 0, spoke: false, complete: false };
    this.#byLeg.set(legId, listening);
    this.#byId.set(id, listening);
    const silence = { ms: END_OF_SPEECH_MS, threshold: SPEECH_LEVEL };
    this.#parts.media.record(legId, { recordingId: id, channels: ['said'], silence });
  }

  stop(legId: string): void {
    const listening = this.#byLeg.get(legId);
    if (!listening) return;
    this.#forget(listening);
    this.#parts.media.stopRecording(legId, listening.id);
  }

  /** Takes samples from the media thread. Returns whether they belong to a bot's recording. */
  recorded(id: string, samples: Int16Array, last: boolean): boolean {
    const listening = this.#byId.get(id);
    if (!listening) return id.startsWith('bot ');
    if (listening.length < MAX_SAMPLES) {
      listening.samples.push(samples);
      listening.length += samples.length;
      listening.spoke ||= isSpeech(samples);
    }
    if (last) {
      this.#forget(listening);
      if (listening.complete) void this.#recognise(listening);
    }
    return true;
  }

  /** The media thread reports a pause without speech. Returns whether it belongs to a bot's recording. */
  silence(id: string): boolean {
    const listening = this.#byId.get(id);
    if (!listening) return id.startsWith('bot ');
    if (listening.spoke) {
      listening.complete = true;
      this.#parts.media.stopRecording(listening.legId, id);
    } else this.listen(listening.legId, listening.recogniser);
    return true;
  }

  async #recognise({ legId, recogniser, samples, length }: Listening): Promise<void> {
    this.#parts.onSpoken(legId);
    const whole = new Int16Array(length);
    let at = 0;
    for (const piece of samples) {
      whole.set(piece, at);
      at += piece.length;
    }
    try {
      const wav = writeWav({ sampleRate: TELEPHONE_RATE, samples: whole });
      this.#parts.onWords(legId, await this.#parts.recognise(recogniser, wav));
    } catch (error) {
      this.#parts.log.warn(`A bot's recogniser failed: ${(error as Error).message}`);
      this.#parts.onWords(legId, '');
    }
  }

  #forget({ id, legId }: Listening): void {
    this.#byLeg.delete(legId);
    this.#byId.delete(id);
  }
}

function isSpeech(samples: Int16Array): boolean {
  for (let from = 0; from + FRAME <= samples.length; from += FRAME) {
    let sum = 0;
    for (let n = from; n < from + FRAME; n++) sum += Math.abs(samples[n]!);
    if (sum / FRAME > SPEECH_LEVEL) return true;
  }
  return false;
}
