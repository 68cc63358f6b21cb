import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enginesOf, parseSsml, type Segment, SpeechError } from 'pstn-audio';
import { parseWav, TELEPHONE_RATE, writeWav } from '#audio';
import { type Clock, type Log, systemClock } from '#platform';
import type { Speech, SpeechRequest } from './speech.ts';
import { SpeechThread, type StartWorker } from './speech-thread.ts';
import { isEnglish, nearestVoice } from './voices.ts';

/** Maximum length of a text, characters. Source: Amazon Polly quotas: 6000 in all, of which 3000 billed. */
export const MAX_TEXT_LENGTH = 6000;
/** Maximum number of samples kept in memory: ten minutes of speech, 9.6 MB. */
const MAX_CACHED_SAMPLES = 600 * TELEPHONE_RATE;

/** Maximum characters of a voice's name that are repeated in messages. */
const MAX_NAME = 64;

export interface SpeechOptions {
  /** Folder in which spoken texts are kept between runs; if absent, they are kept only in memory. */
  cacheDir?: string;
  log: Log;
  clock?: Clock;
  /** Starts the worker; tests pass a fake. */
  startWorker?: StartWorker;
}

/** Starts an offline English voice (Flite) in a thread of its own, which begins with the first text. */
export function startSpeech(options: SpeechOptions): Speech {
  return new OfflineSpeech(options);
}

class OfflineSpeech implements Speech {
  readonly #cacheDir: string | undefined;
  readonly #log: Log;
  /** Voices of other languages that have been requested. */
  readonly #replaced = new Set<string>();
  readonly #thread: SpeechThread;
  /** Samples by hash of the request, least recently used first. */
  readonly #cache = new Map<string, Int16Array>();
  #cachedSamples = 0;
  /** Syntheses in progress: two requests for the same text share one. */
  readonly #running = new Map<string, Promise<Int16Array>>();

  constructor(options: SpeechOptions) {
    this.#cacheDir = options.cacheDir;
    this.#log = options.log;
    this.#thread = new SpeechThread(options.clock ?? systemClock, options.log, options.startWorker);
  }

  async synthesize(request: SpeechRequest): Promise<Int16Array> {
    const segments = segmentsOf(request);
    this.#look(request.voiceId);
    const voice = nearestVoice(request.voiceId);
    const hash = createHash('sha256')
      .update(JSON.stringify([voice, segments]))
      .digest('hex');
    const cached = this.#cache.get(hash);
    if (cached) {
      this.#cache.delete(hash);
      this.#cache.set(hash, cached);
      return cached.slice();
    }
    let running = this.#running.get(hash);
    if (!running) {
      running = this.#produce(hash, () => this.#thread.say({ voice, segments }));
      this.#running.set(hash, running);
    }
    try {
      return (await running).slice();
    } finally {
      this.#running.delete(hash);
    }
  }

  /**
   * Logs once for each voice that another one replaces it. @throws SpeechError for a voice that Polly does
   * not have
   */
  #look(voiceId: string): void {
    if (enginesOf(voiceId) === undefined) {
      const name = JSON.stringify(voiceId.slice(0, MAX_NAME));
      throw new SpeechError(
        "1 validation error detected: Value at 'voiceId' failed to satisfy constraint: Member must satisfy enum value set",
        `Amazon Polly has no voice ${name}`,
      );
    }
    if (isEnglish(voiceId) || this.#replaced.has(voiceId)) return;
    this.#replaced.add(voiceId);
    this.#log.info(`${voiceId} is a voice of another language: an English one speaks its words here.`);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #produce(hash: string, say: () => Promise<Int16Array>): Promise<Int16Array> {
    const stored = await this.#readStored(hash);
    const samples = stored ?? (await say());
    this.#keep(hash, samples);
    if (!stored) await this.#store(hash, samples);
    return samples;
  }

  #keep(hash: string, samples: Int16Array): void {
    if (samples.length > MAX_CACHED_SAMPLES) return;
    this.#cache.set(hash, samples);
    this.#cachedSamples += samples.length;
    for (const [oldest, { length }] of this.#cache) {
      if (this.#cachedSamples <= MAX_CACHED_SAMPLES) break;
      this.#cache.delete(oldest);
      this.#cachedSamples -= length;
    }
  }

  async #readStored(hash: string): Promise<Int16Array | undefined> {
    if (this.#cacheDir === undefined) return undefined;
    try {
      return parseWav(await readFile(join(this.#cacheDir, `${hash}.wav`))).samples;
    } catch {
      // The file is missing or damaged, so the text is spoken again.
      return undefined;
    }
  }

  async #store(hash: string, samples: Int16Array): Promise<void> {
    if (this.#cacheDir === undefined) return;
    const path = join(this.#cacheDir, `${hash}.wav`);
    try {
      await mkdir(this.#cacheDir, { recursive: true });
      await writeFile(`${path}.part`, writeWav({ sampleRate: TELEPHONE_RATE, samples }));
      await rename(`${path}.part`, path);
    } catch (error) {
      this.#log.warn('a spoken text could not be kept on disk', {
        folder: this.#cacheDir,
        error: String(error),
      });
    }
  }
}

function segmentsOf({ text, textType }: SpeechRequest): Segment[] {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new SpeechError('Maximum text length has been exceeded', `${text.length} characters`);
  }
  return textType === 'ssml' ? parseSsml(text) : [{ kind: 'words', text, rate: 1 }];
}
