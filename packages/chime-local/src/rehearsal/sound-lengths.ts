import type { Sound } from 'pstn-audio/testing';
import { parseWav } from '#audio';
import { audioObjects, type QuietRuntime } from '#runtime';

/** Milliseconds in a second. */
const SECOND_MS = 1_000;

/**
 * How long the WAV files of the buckets are, as the service could play them: what its principal may not read, and what is
 * no WAV file, is not there for it.
 */
export class SoundLengths {
  readonly #cloud: QuietRuntime['cloud'];
  /** By bucket, key and version: a file is read once. */
  readonly #known = new Map<string, number | undefined>();
  #lengths: ReadonlyMap<string, number> = new Map();

  constructor(cloud: QuietRuntime['cloud']) {
    this.#cloud = cloud;
  }

  /** Milliseconds of a sound, as the buckets were when they were last looked at. */
  readonly of = (sound: Sound): number | undefined =>
    'text' in sound ? undefined : this.#lengths.get(`${sound.bucket}/${sound.key}`);

  /** Looks at the buckets: a function may have written what it is about to play. */
  async look(): Promise<void> {
    const { s3, region } = this.#cloud;
    const objects = audioObjects({ cloud: this.#cloud, region });
    const lengths = new Map<string, number>();
    for (const bucket of s3.bucketNames()) {
      for (const key of s3.list(bucket)) {
        const version = /\.wav$/i.test(key) ? objects.version(bucket, key) : undefined;
        if (version === undefined) continue;
        const name = JSON.stringify([bucket, key, version]);
        if (!this.#known.has(name)) this.#known.set(name, lengthOf(await objects.read(bucket, key)));
        const length = this.#known.get(name);
        if (length !== undefined) lengths.set(`${bucket}/${key}`, length);
      }
    }
    this.#lengths = lengths;
  }
}

/** Milliseconds of a WAV file; undefined when it is none that the service plays. */
function lengthOf(body: Buffer | undefined): number | undefined {
  if (!body) return undefined;
  try {
    const { samples, sampleRate } = parseWav(body);
    return Math.round((samples.length / sampleRate) * SECOND_MS);
  } catch {
    return undefined;
  }
}
