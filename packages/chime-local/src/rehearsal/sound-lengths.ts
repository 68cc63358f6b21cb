import type { Sound } from 'pstn-audio/testing';
import { parseWav } from '#audio';
import { audioObjects, type QuietRuntime } from '#runtime';

/** Milliseconds in a second. */
const SECOND_MS = 1_000;

/**
 * The lengths of the buckets' WAV files that the service could play. Files that its principal may not read,
 * or that are not WAV, count as missing.
 */
export class SoundLengths {
  readonly #cloud: QuietRuntime['cloud'];
  readonly #objects: ReturnType<typeof audioObjects>;
  /** Lengths by bucket, key and version: each file is read only once. */
  readonly #known = new Map<string, number | undefined>();

  constructor(cloud: QuietRuntime['cloud']) {
    this.#cloud = cloud;
    this.#objects = audioObjects({ cloud, region: cloud.region });
  }

  /** Milliseconds of a sound, as of the last look at the buckets. */
  readonly of = (sound: Sound): number | undefined => {
    if ('text' in sound) return undefined;
    const version = this.#objects.version(sound.bucket, sound.key);
    return version === undefined ? undefined : this.#known.get(nameOf(sound.bucket, sound.key, version));
  };

  /** Reads new files in the buckets: a function may have written what it is about to play. */
  async look(): Promise<void> {
    const { s3 } = this.#cloud;
    for (const bucket of s3.bucketNames()) {
      for (const key of s3.list(bucket)) {
        const version = /\.wav$/i.test(key) ? s3.head(bucket, key)?.etag : undefined;
        if (version === undefined) continue;
        const name = nameOf(bucket, key, version);
        if (!this.#known.has(name)) this.#known.set(name, lengthOf(await this.#objects.read(bucket, key)));
      }
    }
  }
}

function nameOf(bucket: string, key: string, version: string): string {
  return `${version} ${bucket}/${key}`;
}

/** Milliseconds of a WAV file; undefined if the service cannot play it. */
function lengthOf(body: Buffer | undefined): number | undefined {
  if (!body) return undefined;
  try {
    const { samples, sampleRate } = parseWav(body);
    return Math.round((samples.length / sampleRate) * SECOND_MS);
  } catch {
    return undefined;
  }
}
